import { beforeEach, describe, expect, test } from 'vitest'
import { openTestbed, type RestTestbed } from './rest-testbed.ts'

const EAST = '/v1/sources/east/routes'

let testbed: RestTestbed
beforeEach(async () => {
  testbed = await openTestbed()
})

const edge = (listener: object = {}) => ({
  name: 'edge',
  listeners: [{ name: 'http', port: 80, protocol: 'HTTP', ...listener }],
})
const web = (fields: object = {}) => ({
  name: 'web',
  kind: 'HTTPRoute',
  gateways: ['edge'],
  rules: [{}],
  ...fields,
})
const backends = (...backendRefs: object[]) => ({ rules: [{ backendRefs }] })
const service = (namespace: string, name: string, appProtocol?: string) => ({
  namespace,
  name,
  ports: [{ port: 80, ...(appProtocol && { appProtocol }) }],
})

describe('the status of a route', () => {
  const cases: [reason: string, it: string, gateway: object, route: object][] = [
    ['NoMatchingParent', 'a gateway that is not there', edge(), web({ gateways: ['other'] })],
    [
      'NoMatchingParent',
      'a listener that the gateway does not have',
      edge(),
      web({ gateways: [{ name: 'edge', sectionName: 'https' }] }),
    ],
    [
      'NoMatchingParent',
      'a port on which the gateway has no listener',
      edge(),
      web({ gateways: [{ name: 'edge', port: 81 }] }),
    ],
    [
      'NotAllowedByListeners',
      'a kind that no listener takes',
      edge({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }),
      web(),
    ],
    [
      'NotAllowedByListeners',
      'a namespace from which no listener takes routes',
      edge({ allowedRoutes: { namespaces: { from: 'Same' } } }),
      web({ namespace: 'team', gateways: ['edge'] }),
    ],
    [
      'NoMatchingListenerHostname',
      'hostnames that no listener has',
      edge({ hostname: '*.example.com' }),
      web({ hostnames: ['example.org'] }),
    ],
    [
      'UnsupportedValue',
      'something that was refused in it',
      edge(),
      web({ rules: undefined, refused: [{ pointer: '/spec/rules/0', detail: 'is not supported yet' }] }),
    ],
  ]

  test.each(cases)('says %s for %s', async (reason, _, gateway, route) => {
    const { call } = testbed
    const { status, body } = await call('PUT', EAST, { gateways: [gateway], routes: [route] })
    expect(status).toBe(200)
    const { namespace = 'default' } = route as { namespace?: string }
    const { routes } = (await call('GET', `/v1/routes/${namespace}/web`)).body
    const isRefused = reason === 'UnsupportedValue'
    expect(routes).toMatchObject([
      {
        kind: 'HTTPRoute',
        source: 'east',
        revision: 1,
        parents: [
          {
            listeners: [],
            conditions: [
              { type: 'Accepted', status: 'False', reason },
              isRefused
                ? { type: 'ResolvedRefs', status: 'Unknown', reason: 'Pending' }
                : { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs' },
            ],
          },
        ],
      },
    ])
    const said = isRefused ? [] : [{ pointer: '/routes/0/gateways/0' }]
    expect(body.warnings).toMatchObject(said)
    for (const warning of body.warnings) expect(warning.detail).toContain(reason)
  })

  test('is told of the first thousand in an answer, after how many more there are', async () => {
    const routes = Array.from({ length: 501 }, (_, index) =>
      web({ name: `web-${index}`, gateways: ['gone', 'lost'] }),
    )
    const { body } = await testbed.call('PUT', EAST, { routes })
    expect(body.warnings).toHaveLength(1001)
    const [more, first] = body.warnings
    expect(more).toEqual({
      pointer: '',
      detail: expect.stringMatching(/^2 more warnings .* GET \/v1\/routes/),
    })
    expect(first.pointer).toBe('/routes/0/gateways/0')
    const thousand = await testbed.call('PUT', EAST, { routes: routes.slice(1) })
    expect(thousand.body.warnings).toHaveLength(1000)
    expect(thousand.body.warnings[0].pointer).toBe('/routes/0/gateways/0')
  })

  test('names each backend that requests cannot be sent to, with why', async () => {
    const { call } = testbed
    await call('PUT', '/v1/sources/east/topology', {
      services: [service('default', 'there'), service('team', 'there'), service('default', 'tls', 'https')],
    })
    const route = web({
      requireReferenceGrants: true,
      ...backends(
        { name: 'there', port: 80 },
        { name: 'there', port: 81 },
        { name: 'gone', port: 80 },
        { namespace: 'team', name: 'there', port: 80 },
        { name: 'tls', port: 80 },
        { kind: 'Bucket', group: 'storage.example', name: 'there' },
      ),
    })
    const { body } = await call('PUT', EAST, { gateways: [edge()], routes: [route] })
    const at = (index: number) => `/routes/0/rules/0/backendRefs/${index}`
    const reasons = [
      'BackendNotFound',
      'BackendNotFound',
      'RefNotPermitted',
      'UnsupportedProtocol',
      'InvalidKind',
    ]
    expect(body.warnings).toMatchObject(reasons.map((_, index) => ({ pointer: at(index + 1) })))
    reasons.forEach((reason, index) => {
      expect(body.warnings[index].detail).toContain(reason)
    })
    const [found] = (await call('GET', '/v1/routes/default/web')).body.routes
    expect(found.unresolved.map((one: { reason: string }) => one.reason)).toEqual(reasons)
    expect(found.parents[0]).toMatchObject({
      gateway: 'default/edge',
      listeners: ['http'],
      conditions: [
        { type: 'Accepted', status: 'True', reason: 'Accepted' },
        { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound' },
      ],
    })
  })

  test('follows grants and labels of namespaces as they come and go', async () => {
    const { call } = testbed
    await call('PUT', '/v1/sources/east/topology', { services: [service('team', 'there')] })
    const selector = { matchLabels: { tier: 'web' } }
    const gateway = edge({ allowedRoutes: { namespaces: { from: 'Selector', selector } } })
    const route = web({
      requireReferenceGrants: true,
      ...backends({ namespace: 'team', name: 'there', port: 80 }),
    })
    const grant = {
      namespace: 'team',
      name: 'to-web',
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
      to: [{ kind: 'Service' }],
    }
    const namespaces = [{ name: 'default', labels: { tier: 'web' } }]
    const document = { gateways: [gateway], routes: [route], namespaces, referenceGrants: [grant] }
    expect((await call('PUT', EAST, document)).body.warnings).toEqual([])
    expect((await call('GET', EAST)).body).toMatchObject({
      namespaces,
      referenceGrants: [{ namespace: 'team' }],
    })

    const remove = [
      { kind: 'ReferenceGrant', namespace: 'team', name: 'to-web' },
      { kind: 'Namespace', name: 'default' },
    ]
    await call('PATCH', EAST, { remove })
    const [found] = (await call('GET', '/v1/routes/default/web')).body.routes
    expect(found.parents[0].conditions).toMatchObject([
      { status: 'False', reason: 'NotAllowedByListeners' },
      { status: 'False', reason: 'RefNotPermitted' },
    ])
  })

  test('is that on proxies of its own source, where services are kept to theirs', async () => {
    const { call } = testbed
    const topology = { services: [{ ...service('default', 'api'), scope: 'source' }] }
    const routes = { gateways: [edge()], routes: [web(backends({ name: 'api', port: 80 }))] }
    const own = await call('PUT', '/v1/sources/east/snapshot', { topology, routes })
    expect(own.body.warnings).toEqual([])
    const other = await call('PUT', '/v1/sources/west/routes', { routes: routes.routes })
    expect(other.body.warnings).toEqual([
      { pointer: '/routes/0/rules/0/backendRefs/0', detail: expect.stringContaining('BackendNotFound') },
    ])
    const { body } = await call('GET', '/v1/routes?sort=source')
    expect(body.items.map((one: { unresolved: object[] }) => one.unresolved.length)).toEqual([0, 1])
  })

  test('has a warning beside it where an older source leaves no place for a listener', async () => {
    const { call } = testbed
    await call('PUT', EAST, { gateways: [edge()] })
    const { body } = await call('PUT', '/v1/sources/west/routes', { gateways: [edge({ port: 81 })] })
    const detail = 'listener http of source west is left out: an older source has http on port 80'
    expect(body.warnings).toEqual([{ pointer: '/gateways/0', detail }])
    expect((await call('PUT', EAST, { gateways: [edge()] })).body.warnings).toEqual([])
  })

  test('is foretold by a dry run', async () => {
    const { call } = testbed
    const topology = { services: [service('default', 'there')] }
    const good = { gateways: [edge()], routes: [web(backends({ name: 'there', port: 80 }))] }
    const path = '/v1/sources/east/snapshot?dryRun=true'
    expect((await call('PUT', path, { topology, routes: good })).body.warnings).toEqual([])
    await call('PUT', '/v1/sources/east/snapshot', { topology, routes: good })
    const { body } = await call('PUT', path, { topology: {}, routes: { routes: good.routes } })
    expect(body).toMatchObject({
      revision: null,
      warnings: [
        { pointer: '/routes/routes/0/gateways/0' },
        { pointer: '/routes/routes/0/rules/0/backendRefs/0' },
      ],
    })
  })
})

describe('the list of routes', () => {
  test('has those of all sources and of both kinds, sorted, filtered and paged', async () => {
    const { call } = testbed
    const rpc = { ...web({ hostnames: ['api.example.com'] }), kind: 'GRPCRoute' }
    await call('PUT', EAST, { gateways: [edge()], routes: [web(), rpc] })
    await call('PUT', '/v1/sources/west/routes', { routes: [web({ name: 'app' })] })
    const list = async (query: string) => {
      const { items, total } = (await call('GET', `/v1/routes?${query}`)).body
      return {
        total,
        ids: items.map((one: Record<string, string>) => `${one.source}/${one.kind}/${one.name}`),
      }
    }
    expect(await list('')).toEqual({
      total: 3,
      ids: ['west/HTTPRoute/app', 'east/GRPCRoute/web', 'east/HTTPRoute/web'],
    })
    expect((await list('filter=hostname~api')).ids).toEqual(['east/GRPCRoute/web'])
    expect((await list('filter=source=west')).ids).toEqual(['west/HTTPRoute/app'])
    expect((await list('limit=1&sort=-name')).total).toBe(3)
    expect((await call('GET', '/v1/routes/default/web')).body.routes).toHaveLength(2)
  })

  test('has no route that nobody pushed', async () => {
    expect((await testbed.call('GET', '/v1/routes/default/web')).status).toBe(404)
    expect((await testbed.call('GET', '/v1/routes')).body).toEqual({ items: [], next: null, total: 0 })
  })
})
