import { expect, test } from 'vitest'
import { decode } from '../../src/proto/message.ts'
import { type ClusterOptions, cluster } from '../../src/translate/cluster.ts'
import { FROM_ADS, fromRest } from '../../src/translate/config-source.ts'

const PLAIN: ClusterOptions = {
  hostname: 'web.default',
  settings: {},
  isHttp2: false,
  weighsZones: false,
  endpointsFrom: FROM_ADS,
}
const message = (name: string, options: ClusterOptions) =>
  decode('envoy.config.cluster.v3.Cluster', cluster(name, options))

test('clusters of equal settings differ in their name alone', () => {
  const [a, b] = [message('a', PLAIN), message('b', { ...PLAIN, hostname: 'db.default' })]
  expect([a.name, b.name]).toEqual(['a', 'b'])
  expect({ ...b, name: 'a' }).toEqual(a)
})

test.each<[string, Partial<ClusterOptions>]>([
  ['HTTP/2', { isHttp2: true }],
  ['zones that are weighed', { weighsZones: true }],
  ['another config source', { endpointsFrom: fromRest({ cluster: 'xds', refreshDelay: 1 }) }],
  ['a connect timeout', { settings: { connectTimeout: '1s' } }],
  ['a load balancer', { settings: { loadBalancer: { type: 'RoundRobin' } } }],
  ['a passive health check', { settings: { healthCheck: { passive: {} } } }],
  ['a circuit breaker', { settings: { circuitBreaker: { maxConnections: 1 } } }],
])('a cluster of %s is not taken for one that was made before it', (_what, other) => {
  const plain = message('a', PLAIN)
  expect(message('a', { ...PLAIN, ...other })).not.toEqual(plain)
  expect(message('a', PLAIN)).toEqual(plain)
})

test('an active check calls each service by its own name', () => {
  const settings: ClusterOptions['settings'] = {
    healthCheck: { active: { type: 'HTTP', http: { path: '/health' } } },
  }
  const hosts = ['web.default', 'db.default'].map(hostname => message('a', { ...PLAIN, settings, hostname }))
  expect(hosts).toMatchObject([
    { healthChecks: [{ httpHealthCheck: { host: 'web.default' } }] },
    { healthChecks: [{ httpHealthCheck: { host: 'db.default' } }] },
  ])
})
