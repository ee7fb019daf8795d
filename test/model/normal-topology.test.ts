import { describe, expect, test } from 'vitest'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { bodies, good } from './parsed-bodies.ts'

function stored(topology: unknown) {
  return bodies(good(parseTopology(topology)))
}

function storedEndpoint(fields: object) {
  const body = stored({
    services: [{ name: 'a', endpoints: [{ address: '10.0.0.1', port: 80, ...fields }] }],
  })
  return (body['Endpoints/default/a'] as { endpoints: object[] }).endpoints[0]
}

test('a service becomes its settings and its endpoints', () => {
  const topology = {
    services: [
      {
        endpoints: [
          { port: 9002, address: '10.0.0.2', name: 'b', zone: 'zone-b' },
          { name: 'a', zone: 'zone-a', node: 'n', address: '10.0.0.1', port: 9001 },
        ],
        connectTimeout: '250ms',
        trafficDistribution: 'PreferSameZone',
        ports: [{ appProtocol: 'http', port: 3000, name: 'http' }],
        name: 'backend',
      },
    ],
  }
  const entries = good(parseTopology(topology)).entries.map(({ kind, namespace, name, body }) => [
    kind,
    namespace,
    name,
    body,
  ])
  expect(entries).toEqual([
    [
      'Service',
      'default',
      'backend',
      '{"namespace":"default","name":"backend","trafficDistribution":"PreferSameZone",' +
        '"ports":[{"name":"http","port":3000,"appProtocol":"http"}],"connectTimeout":"250ms"}',
    ],
    [
      'Endpoints',
      'default',
      'backend',
      '{"namespace":"default","name":"backend","endpoints":[' +
        '{"name":"a","address":"10.0.0.1","port":9001,"zone":"zone-a","node":"n"},' +
        '{"name":"b","address":"10.0.0.2","port":9002,"zone":"zone-b"}]}',
    ],
  ])
})

test('a service may say how many bytes a request and its response have', () => {
  const service = { name: 'a', bytesPerRequest: 20_000 }
  expect(stored({ services: [service] })['Service/default/a']).toEqual({ namespace: 'default', ...service })
})

test('a service says its scope only where it is kept to its source: the fleet is where all others are', () => {
  const scoped = (scope: string) => stored({ services: [{ name: 'a', scope }] })['Service/default/a']
  expect(scoped('source')).toEqual({ namespace: 'default', name: 'a', scope: 'source' })
  expect(scoped('fleet')).toEqual({ namespace: 'default', name: 'a' })
})

test('a service without endpoints has no entry of endpoints, whether it says so or not', () => {
  const settings = { 'Service/default/a': { namespace: 'default', name: 'a' } }
  expect(stored({ services: [{ name: 'a' }] })).toEqual(settings)
  expect(stored({ services: [{ name: 'a', endpoints: [] }] })).toEqual(settings)
})

test('zones are named with their region, so that two regions may each have a zone a', () => {
  expect(
    stored({
      zones: [{ zone: 'a', region: 'r1', capacity: 16 }, { zone: 'a', region: 'r2' }, { zone: 'a' }],
    }),
  ).toEqual({
    'Zone//r1/a': { zone: 'a', region: 'r1', capacity: 16 },
    'Zone//r2/a': { zone: 'a', region: 'r2' },
    'Zone//a': { zone: 'a' },
  })
})

describe('of a node only what says something is kept', () => {
  test.each<[object, object]>([
    [{ ready: true, controlPlane: false, zone: '', cpu: '' }, {}],
    [
      { ready: false, controlPlane: true, zone: 'a' },
      { zone: 'a', ready: false, controlPlane: true },
    ],
    [{ cpu: '4' }, { cpu: '4' }],
    [{ cpu: '4000m' }, { cpu: '4' }],
    [{ cpu: '4.0' }, { cpu: '4' }],
    [{ cpu: '3.92' }, { cpu: '3920m' }],
    [{ cpu: '0.5' }, { cpu: '500m' }],
    [{ cpu: '0m' }, { cpu: '0' }],
    [{ cpu: '0.00001' }, { cpu: '0.00001' }],
  ])('%j is stored as %j', (pushed, kept) => {
    expect(stored({ nodes: [{ name: 'n', ...pushed }] })).toEqual({ 'Node//n': { name: 'n', ...kept } })
  })
})

describe('of an endpoint defaults are left out', () => {
  test.each<[object, object]>([
    [{}, { name: '10.0.0.1:80' }],
    [{ name: '10.0.0.1:80' }, { name: '10.0.0.1:80' }],
    [{ ready: true, serving: true, terminating: false, weight: 1, hints: {}, additionalAddresses: [] }, {}],
    [{ ready: null }, { ready: null }],
    [
      { ready: false, serving: false, terminating: true, weight: 0 },
      { ready: false, serving: false, terminating: true, weight: 0 },
    ],
    [{ hints: { zones: [], nodes: [] } }, {}],
    [{ hints: { zones: ['b', 'a', 'b'], nodes: [] } }, { hints: { zones: ['a', 'b'] } }],
    [{ address: '2001:DB8:0:0::1' }, { address: '2001:db8::1', name: '[2001:db8::1]:80' }],
    [{ address: '::ffff:10.0.0.1' }, { address: '::ffff:a00:1', name: '[::ffff:a00:1]:80' }],
    [{ additionalAddresses: ['2001:DB8::2', '0::1'] }, { additionalAddresses: ['2001:db8::2', '::1'] }],
  ])('%j is stored as %j', (pushed, kept) => {
    expect(storedEndpoint(pushed)).toEqual({ name: '10.0.0.1:80', address: '10.0.0.1', port: 80, ...kept })
  })
})

test('ports of a service are sorted by number, ports of an endpoint by name', () => {
  const ports = [
    { name: 'http', port: 81 },
    { name: 'admin', port: 80 },
  ]
  const endpoints = [{ address: '10.0.0.1', ports: { http: 1, admin: 2 } }]
  const text = JSON.stringify(stored({ services: [{ name: 'a', ports, endpoints }] }))
  expect(text).toContain('"ports":[{"name":"admin","port":80},{"name":"http","port":81}]')
  expect(text).toContain('"name":"10.0.0.1","address":"10.0.0.1","ports":{"admin":2,"http":1}')
})

test('a service brings the ports that it lists, or the one of all its endpoints', () => {
  const content = good(
    parseTopology({
      services: [
        {
          name: 'a',
          ports: [
            { name: 'x', port: 1 },
            { name: 'y', port: 2 },
          ],
        },
        {
          name: 'b',
          endpoints: [
            { address: '10.0.0.1', port: 3 },
            { address: '10.0.0.2', port: 3 },
          ],
        },
        { name: 'c' },
      ],
    }),
  )
  expect([...content.servicePorts]).toEqual(['default/a/1', 'default/a/2', 'default/b/3'])
})

test('a protocol that is not known is a warning, and one that is known is none', () => {
  const ports = ['http', 'grpc', 'kubernetes.io/h2c', 'kubernetes.io/ws', 'example.com/x'].map(
    (appProtocol, index) => ({ name: `p${index}`, port: index + 1, appProtocol }),
  )
  expect(parseTopology({ services: [{ name: 'a', ports }] })).toMatchObject({
    ok: true,
    warnings: [{ pointer: '/services/0/ports/4/appProtocol', detail: expect.stringContaining('HTTP/1.1') }],
  })
})

test('an endpoint that is terminating and does not say whether it is ready is a warning: it counts as ready', () => {
  const endpoints = [
    { address: '10.0.0.1', port: 80, terminating: true },
    { address: '10.0.0.2', port: 80, terminating: true, ready: false },
    { address: '10.0.0.3', port: 80, terminating: true, ready: true },
    { address: '10.0.0.4', port: 80, terminating: true, ready: null },
    { address: '10.0.0.5', port: 80 },
  ]
  expect(parseTopology({ services: [{ name: 'a', endpoints }] })).toMatchObject({
    ok: true,
    warnings: [{ pointer: '/services/0/endpoints/0/ready' }],
  })
})
