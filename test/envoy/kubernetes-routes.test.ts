import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Convergence } from '../../src/model/proxies.ts'
import { type GrpcBackend, GrpcCaller, startGrpcBackend } from '../support/grpc-backend.ts'
import { type RecordingBackend, startRecordingBackend } from '../support/recording-backend.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

type Backend = RecordingBackend | GrpcBackend

const GROUP = 'gateway.networking.k8s.io'
const gatewayApi = (kind: string, name: string, spec: object, namespace = 'default') => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { namespace, name },
  spec,
})

/** A Service of the port 80 and its one endpoint. */
function service(namespace: string, name: string, port: number): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name },
      spec: { ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace, name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ port }],
      endpoints: [{ addresses: ['127.0.0.1'], zone: 'zone-a', conditions: { ready: true } }],
    },
  ]
}

describe.each([
  ['HTTPRoute', 500],
  ['GRPCRoute', status.UNAVAILABLE],
] as const)('a Kubernetes %s through a real Envoy', (kind, UNRESOLVED) => {
  const NONE = kind === 'HTTPRoute' ? 404 : status.UNIMPLEMENTED
  const closing = new Closing()
  let bed: Testbed
  let envoy: Envoy
  let ports: { http: number; more: number }
  let web: Backend
  let copies: Backend

  beforeAll(async () => {
    bed = await openTestbed()
    closing.addWay(() => bed.close())
    ports = { http: await freePort(), more: await freePort() }
    const startBackend = kind === 'HTTPRoute' ? startRecordingBackend : startGrpcBackend
    web = await startBackend('web')
    copies = await startBackend('copies')
    for (const one of [web, copies]) closing.addWay(async () => one.close())
    // The listeners first: an Envoy that is LIVE has opened those that it got by then.
    await push()
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => closing.close())

  const listener = (name: string, port: number) => ({
    name,
    port,
    protocol: 'HTTP',
    allowedRoutes: { namespaces: { from: 'All' } },
  })
  const push = async (...objects: object[]) => {
    const all = [
      gatewayApi('GatewayClass', 'vicinity', { controllerName: 'vicinity.dev/gateway' }),
      gatewayApi('Gateway', 'edge', {
        gatewayClassName: 'vicinity',
        listeners: [listener('http', ports.http), listener('more', ports.more)],
      }),
      ...service('team', 'web', web.port),
      ...service('other', 'web', web.port),
      ...service('other', 'copies', copies.port),
      ...objects,
    ]
    const answer = await bed.api.call<{ convergence: Convergence }>(
      'PUT',
      '/v1/sources/east/kubernetes',
      all,
      {
        prefer: 'wait=10',
      },
    )
    expect(answer.body.convergence).toMatchObject({ nacked: [], pending: [] })
    copies.forget()
  }
  const route = (spec: object, name = 'route') => gatewayApi(kind, name, spec, 'team')
  const EDGE = { namespace: 'default', name: 'edge' }
  const WEB = { backendRefs: [{ name: 'web', port: 80 }] }
  const grant = (to: object) =>
    gatewayApi(
      'ReferenceGrant',
      'grant',
      { from: [{ group: GROUP, kind, namespace: 'team' }], to: [to] },
      'other',
    )

  /** The backend that answered, else the status. */
  const who = async (port = ports.http, host = 'example.com') => {
    const address = `127.0.0.1:${port}`
    if (kind === 'HTTPRoute') {
      const answer = await request(address, { headers: { host } })
      return answer.headers['x-backend'] ?? answer.status
    }
    const caller = new GrpcCaller(address, host)
    const { from, code } = await caller.call('/demo.Echo/Say')
    caller.close()
    return from ?? code
  }
  const onBoth = async () => [await who(ports.http), await who(ports.more)]

  test('parentRefs name a Gateway by namespace and name, and attach to all its listeners', async () => {
    await push(route({ parentRefs: [EDGE], rules: [WEB] }))
    expect(await onBoth()).toEqual(['web', 'web'])
    await push(route({ parentRefs: [{ name: 'edge' }, { ...EDGE, name: 'else' }], rules: [WEB] }))
    expect(await onBoth()).toEqual([NONE, NONE])
  })

  test('parentRefs.sectionName names a listener, parentRefs.port those of a port', async () => {
    await push(route({ parentRefs: [{ ...EDGE, sectionName: 'more' }], rules: [WEB] }))
    expect(await onBoth()).toEqual([NONE, 'web'])
    await push(route({ parentRefs: [{ ...EDGE, port: ports.http }], rules: [WEB] }))
    expect(await onBoth()).toEqual(['web', NONE])
  })

  test('parentRefs of another group or kind than Gateway attach nowhere', async () => {
    const mesh = { ...EDGE, group: '', kind: 'Service', name: 'web' }
    await push(route({ parentRefs: [mesh, { ...EDGE, group: 'example.org' }], rules: [WEB] }))
    expect(await onBoth()).toEqual([NONE, NONE])
    await push(route({ parentRefs: [mesh, { ...EDGE, group: GROUP, kind: 'Gateway' }], rules: [WEB] }))
    expect(await onBoth()).toEqual(['web', 'web'])
  })

  test('hostnames are those of the requests that a route gets', async () => {
    await push(route({ parentRefs: [EDGE], hostnames: ['www.example.com', '*.example.org'], rules: [WEB] }))
    const hosts = ['www.example.com', 'www.example.com:8080', 'a.b.example.org', 'example.com', 'example.org']
    expect(await Promise.all(hosts.map(host => who(ports.http, host)))).toEqual([
      ...['web', 'web', 'web'],
      ...[NONE, NONE],
    ])
  })

  test('without rules a route is for every request, and has no backend', async () => {
    await push(route({ parentRefs: [EDGE] }))
    expect(await who()).toBe(kind === 'HTTPRoute' ? UNRESOLVED : NONE)
  })

  test('the name of a rule is what Envoy calls its routes by', async () => {
    await push(route({ parentRefs: [EDGE], rules: [{ name: 'first', ...WEB }] }))
    expect(await who()).toBe('web')
    expect(await envoy.page('/config_dump?resource=dynamic_route_configs')).toContain('"team/route/first"')
  })

  test('backendRefs name a Service by group, kind, namespace, name and port', async () => {
    const asked = async (ref: object) => {
      await push(route({ parentRefs: [EDGE], rules: [{ backendRefs: [{ name: 'web', port: 80, ...ref }] }] }))
      return who()
    }
    expect(await asked({ group: '', kind: 'Service', namespace: 'team' })).toBe('web')
    expect(await asked({ group: 'example.org', kind: 'Bucket' })).toBe(UNRESOLVED)
    expect(await asked({ name: 'gone' })).toBe(UNRESOLVED)
    expect(await asked({ port: 81 })).toBe(UNRESOLVED)
  })

  test('a backendRef to another namespace needs a ReferenceGrant there', async () => {
    const rules = [{ backendRefs: [{ namespace: 'other', name: 'web', port: 80 }] }]
    await push(route({ parentRefs: [EDGE], rules }))
    expect(await who()).toBe(UNRESOLVED)
    await push(route({ parentRefs: [EDGE], rules }), grant({ group: '', kind: 'Service', name: 'web' }))
    expect(await who()).toBe('web')
  })

  test.each(['rule', 'backendRef'] as const)(
    'requestMirror.backendRef of a %s names a Service as backendRefs do, and needs the same grant',
    async level => {
      const mirror = (ref: object) => ({
        type: 'RequestMirror',
        requestMirror: { backendRef: { namespace: 'other', name: 'copies', port: 80, ...ref } },
      })
      const pushMirrors = (refs: readonly object[], ...objects: object[]) => {
        const filters = refs.map(mirror)
        const rule =
          level === 'rule' ? { ...WEB, filters } : { backendRefs: [{ ...WEB.backendRefs[0], filters }] }
        return push(route({ parentRefs: [EDGE], rules: [rule] }), ...objects)
      }
      await pushMirrors([{}])
      expect(await who()).toBe('web')
      expect(copies.received).toEqual([])
      const kinds = [{ group: 'example.org', kind: 'Bucket' }, { group: '', kind: 'Service' }, { port: 81 }]
      await pushMirrors(kinds, grant({ group: '', kind: 'Service' }))
      expect(await who()).toBe('web')
      await waitUntil('the copy to come', () => copies.received.length === 1)
    },
  )
})
