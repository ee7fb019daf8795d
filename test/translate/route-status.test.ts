import { describe, expect, test } from 'vitest'
import { type Condition, type RouteStatus, routeStatus } from '../../src/translate/route-status.ts'
import { routeKey, type World } from '../../src/translate/world.ts'
import { worldOf } from '../support/world.ts'

const RULES = [{ backendRefs: [{ name: 'web', port: 80 }] }]
const HTTP = { name: 'http', port: 80, protocol: 'HTTP' }
const WEB = { topology: { services: [{ name: 'web', ports: [{ port: 80 }] }] } }

function statusOf(world: World, { source = 'east', kind = 'HTTPRoute', namespace = 'default' } = {}) {
  const key = routeKey(source, { kind: kind as 'HTTPRoute', namespace, name: 'r' })
  const route = world.routes.get(key)
  if (route === undefined) throw new Error(`there is no route ${key}`)
  return routeStatus(world, route)
}

function conditionOf({ parents }: RouteStatus, type: Condition['type'], parent = 0): Condition {
  const found = parents[parent]?.conditions.find(one => one.type === type)
  if (found === undefined) throw new Error(`there is no condition ${type}`)
  return found
}

describe('a route is attached to the listeners of its gateway', () => {
  const team = { labels: { team: 'a' } }
  const selector = (fields: object) => ({ namespaces: { from: 'Selector', selector: fields } })
  const kinds = (...list: string[]) => ({ kinds: list.map(kind => ({ kind })) })
  interface Case {
    readonly it: string
    readonly listeners?: readonly object[]
    readonly route?: object
    /** The names of the listeners, or why none. */
    readonly expected: string
  }
  const listener = (name: string, fields: object, port = 80) => ({ ...HTTP, name, port, ...fields })
  const cases: Case[] = [
    { it: 'to one without restrictions', expected: 'http' },
    {
      it: 'to all of them where it names none',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      expected: 'a b',
    },
    { it: 'not to a gateway that is not there', route: { gateways: ['gone'] }, expected: 'NoMatchingParent' },
    {
      it: 'to the one that sectionName names',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      route: { gateways: [{ name: 'edge', sectionName: 'b' }] },
      expected: 'b',
    },
    {
      it: 'to those of the port that it names',
      listeners: [listener('a', {}), listener('b', {}, 81), listener('c', { hostname: 'c.x' }, 81)],
      route: { gateways: [{ name: 'edge', port: 81 }] },
      expected: 'b c',
    },
    {
      it: 'to none where sectionName and port do not go together',
      listeners: [listener('a', {}), listener('b', {}, 81)],
      route: { gateways: [{ name: 'edge', sectionName: 'a', port: 81 }] },
      expected: 'NoMatchingParent',
    },
    {
      it: 'to none by a sectionName that no listener has',
      route: { gateways: [{ name: 'edge', sectionName: 'gone' }] },
      expected: 'NoMatchingParent',
    },
    {
      it: 'where its kind is one of those allowed',
      listeners: [listener('a', { allowedRoutes: kinds('GRPCRoute', 'HTTPRoute') })],
      expected: 'a',
    },
    {
      it: 'not where only another kind is allowed',
      listeners: [listener('a', { allowedRoutes: kinds('GRPCRoute') })],
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'not where its kind is allowed of another group',
      listeners: [listener('a', { allowedRoutes: { kinds: [{ group: 'x.io', kind: 'HTTPRoute' }] } })],
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'from any namespace where All is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'All' } } })],
      route: { namespace: 'team-a' },
      expected: 'a',
    },
    {
      it: 'from the namespace of the gateway where Same is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'Same' } } })],
      expected: 'a',
    },
    {
      it: 'from no other namespace where Same is said',
      listeners: [listener('a', { allowedRoutes: { namespaces: { from: 'Same' } } })],
      route: { namespace: 'team-a' },
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'from a namespace whose labels are selected',
      listeners: [listener('a', { allowedRoutes: selector({ matchLabels: team.labels }) })],
      route: { namespace: 'team-a' },
      expected: 'a',
    },
    {
      it: 'from a namespace that is selected by its name, which Kubernetes makes a label of it',
      listeners: [
        listener('a', {
          allowedRoutes: selector({ matchLabels: { 'kubernetes.io/metadata.name': 'unlisted' } }),
        }),
      ],
      route: { namespace: 'unlisted' },
      expected: 'a',
    },
    {
      it: 'not from a namespace whose labels are not selected',
      listeners: [listener('a', { allowedRoutes: selector({ matchLabels: { team: 'b' } }) })],
      route: { namespace: 'team-a' },
      expected: 'NotAllowedByListeners',
    },
    {
      it: 'where a hostname of it meets that of the listener',
      listeners: [listener('a', { hostname: '*.x' })],
      route: { hostnames: ['a.x', 'a.y'] },
      expected: 'a',
    },
    {
      it: 'not where no hostname of it meets that of the listener',
      listeners: [listener('a', { hostname: '*.x' })],
      route: { hostnames: ['x', 'a.y'] },
      expected: 'NoMatchingListenerHostname',
    },
    {
      it: 'to those that take it, whatever the others say',
      listeners: [
        listener('a', { hostname: '*.x' }),
        listener('b', { hostname: '*.y' }),
        listener('c', { allowedRoutes: kinds('GRPCRoute') }),
      ],
      route: { hostnames: ['a.y'] },
      expected: 'b',
    },
    {
      it: 'or is told the reason of the one where it got furthest',
      listeners: [
        listener('a', { allowedRoutes: kinds('GRPCRoute') }),
        listener('b', { hostname: '*.y' }),
        listener('c', { hostname: '*.z', allowedRoutes: { namespaces: { from: 'Same' } } }),
      ],
      route: { namespace: 'team-a', hostnames: ['a.x'] },
      expected: 'NoMatchingListenerHostname',
    },
    {
      it: 'never where a part of it was refused',
      route: { rules: undefined, refused: [{ pointer: '/spec/rules/0', detail: 'is not supported yet' }] },
      expected: 'UnsupportedValue',
    },
  ]

  test.each(cases)('$it', ({ listeners = [HTTP], route = {}, expected }) => {
    const world = worldOf({
      east: {
        ...WEB,
        routes: {
          gateways: [{ name: 'edge', listeners }],
          namespaces: [{ name: 'team-a', ...team }],
          routes: [{ name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: RULES, ...route }],
        },
      },
    })
    const { namespace = 'default' } = route as { namespace?: string }
    const status = statusOf(world, { namespace })
    const { reason, status: accepted } = conditionOf(status, 'Accepted')
    const names = status.parents[0]?.listeners.join(' ')
    expect(accepted === 'True' ? names : reason).toBe(expected)
    expect(names === '').toBe(accepted === 'False')
  })

  test('by each reference for itself', () => {
    const gateways = [
      { name: 'edge', sectionName: 'http' },
      { name: 'edge', sectionName: 'gone' },
    ]
    const world = worldOf({
      east: {
        routes: {
          gateways: [{ name: 'edge', listeners: [HTTP] }],
          routes: [{ name: 'r', kind: 'HTTPRoute', gateways, rules: [{}] }],
        },
      },
    })
    const said = statusOf(world).parents.map(({ reference, listeners }) => [reference.sectionName, listeners])
    expect(Object.fromEntries(said)).toEqual({ http: ['http'], gone: [] })
  })

  test('by the labels that its own source gives its namespace', () => {
    const allowedRoutes = selector({ matchLabels: { team: 'a' } })
    const route = { namespace: 'n', name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}] }
    const world = worldOf({
      east: {
        routes: {
          gateways: [{ name: 'edge', listeners: [{ ...HTTP, allowedRoutes }] }],
          namespaces: [{ name: 'n', ...team }],
          routes: [route],
        },
      },
      west: { routes: { routes: [route] } },
    })
    const reasons = ['east', 'west'].map(
      source => conditionOf(statusOf(world, { source, namespace: 'n' }), 'Accepted').reason,
    )
    expect(reasons).toEqual(['Accepted', 'NotAllowedByListeners'])
  })
})

describe('what stands in the way of a route is said', () => {
  const message = (routes: object, type: Condition['type'] = 'Accepted') =>
    conditionOf(statusOf(worldOf({ east: { routes } }), routes as { namespace?: string }), type).message
  const route = (fields: object) => [
    { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}], ...fields },
  ]
  const gateways = [{ name: 'edge', listeners: [HTTP] }]

  test('a gateway that nobody has', () => {
    expect(message({ routes: route({}) })).toBe(
      'gateway default/edge is not there: the route serves nobody there until it comes',
    )
  })

  test('a listener that the gateway does not have', () => {
    const reference = { name: 'edge', sectionName: 'https', port: 443 }
    expect(message({ gateways, routes: route({ gateways: [reference] }) })).toBe(
      'gateway default/edge has no listener "https" on port 443',
    )
  })

  test('hostnames that have nothing in common', () => {
    const listeners = [
      { ...HTTP, name: 'a', hostname: 'a.x' },
      { ...HTTP, name: 'b', hostname: 'b.x' },
    ]
    const routes = route({ hostnames: ['c.x', 'd.x'] })
    expect(message({ gateways: [{ name: 'edge', listeners }], routes })).toBe(
      'the hostname of listeners a, b of gateway default/edge has nothing in common with c.x, d.x',
    )
  })

  test('backends that are not there, or none', () => {
    const both = (rules: object[]) => message({ gateways, routes: route({ rules }) }, 'ResolvedRefs')
    expect(both([{}])).toBe('it names no backend')
    expect(both([{ backendRefs: [{ name: 'gone', port: 80 }] }])).toContain(
      'service default/gone is not there',
    )
  })

  test('all that was refused in it', () => {
    const refused = [
      { pointer: '/spec/rules/0/filters/0', detail: 'is not supported yet: "ExtensionRef"' },
      { pointer: '/spec/rules/1', detail: 'is too much' },
    ]
    expect(message({ gateways, routes: route({ rules: undefined, refused }) })).toBe(
      '/spec/rules/0/filters/0 is not supported yet: "ExtensionRef"; /spec/rules/1 is too much',
    )
  })
})

describe('a backend', () => {
  const services = [
    {
      name: 'web',
      ports: [
        { name: 'http', port: 80 },
        { name: 'tls', port: 443, appProtocol: 'https' },
      ],
    },
    { namespace: 'other', name: 'web', ports: [{ port: 80 }] },
  ]
  const grant = (from: object, to: object) => ({
    namespace: 'other',
    name: 'g',
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', ...from }],
    to: [{ kind: 'Service', ...to }],
  })
  function world(backendRef: object, fields: object = {}, referenceGrants: object[] = []): World {
    const route = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], requireReferenceGrants: true }
    const routes = [{ ...route, rules: [{ backendRefs: [backendRef] }], ...fields }]
    return worldOf({ east: { topology: { services }, routes: { routes, referenceGrants } } })
  }
  const reasonOf = (...args: Parameters<typeof world>) => statusOf(world(...args)).unresolved[0]?.reason
  const messageOf = (...args: Parameters<typeof world>) => statusOf(world(...args)).unresolved[0]?.message
  const elsewhere = { namespace: 'other', name: 'web', port: 80 }

  test('of a service and a port that are there resolves', () => {
    const status = statusOf(world({ name: 'web', port: 80 }))
    expect(status.unresolved).toEqual([])
    expect(conditionOf(status, 'ResolvedRefs')).toMatchObject({ status: 'True', reason: 'ResolvedRefs' })
  })

  test('that is not there does not', () => {
    expect(statusOf(world({ name: 'gone', port: 80 })).unresolved).toEqual([
      {
        place: '/0/backendRefs/0',
        reason: 'BackendNotFound',
        message: 'service default/gone is not there: what would go there is answered 500 until it comes',
      },
    ])
    expect(messageOf({ name: 'web', port: 81 })).toBe(
      'service default/web has no port 81: what would go there is answered 500 until it comes',
    )
  })

  test('that wants TLS cannot be spoken to', () => {
    expect(reasonOf({ name: 'web', port: 443 })).toBe('UnsupportedProtocol')
    expect(messageOf({ name: 'web', port: 443 })).toContain('port 443 of service default/web speaks "https"')
  })

  test('of another kind is none that is known', () => {
    const ref = { group: 'multicluster.x-k8s.io', kind: 'ServiceImport', name: 'web', port: 80 }
    expect(reasonOf(ref)).toBe('InvalidKind')
    expect(reasonOf({ ...ref, namespace: 'other' })).toBe('InvalidKind')
  })

  test('of another namespace needs no grant where the route asks for none', () => {
    expect(reasonOf(elsewhere, { requireReferenceGrants: undefined })).toBeUndefined()
  })

  test.each<[string, object[], string | undefined]>([
    ['no grant', [], 'RefNotPermitted'],
    ['a grant for all services', [grant({}, {})], undefined],
    ['a grant for the service', [grant({}, { name: 'web' })], undefined],
    ['a grant for another service', [grant({}, { name: 'api' })], 'RefNotPermitted'],
    ['a grant for another kind of route', [grant({ kind: 'GRPCRoute' }, {})], 'RefNotPermitted'],
    ['a grant for another namespace', [grant({ namespace: 'third' }, {})], 'RefNotPermitted'],
    ['a grant for another group', [grant({ group: 'x.io' }, {})], 'RefNotPermitted'],
    ['a grant for secrets', [grant({}, { kind: 'Secret' })], 'RefNotPermitted'],
    ['a grant in a third namespace', [{ ...grant({}, {}), namespace: 'third' }], 'RefNotPermitted'],
    [
      'one of several grants',
      [grant({ namespace: 'third' }, {}), { ...grant({}, { name: 'web' }), name: 'h' }],
      undefined,
    ],
  ])('of another namespace with %s', (_, grants, reason) => {
    expect(reasonOf(elsewhere, {}, grants)).toBe(reason)
  })

  test('that may not be referred to is not told whether it is there', () => {
    expect(messageOf({ ...elsewhere, name: 'gone' })).toBe(
      'no ReferenceGrant in namespace other lets HTTPRoutes of namespace default refer to service other/gone: what would go there is answered 500 until one does',
    )
  })

  test('is not opened by the grant of another source', () => {
    const routes = { referenceGrants: [grant({}, {})] }
    const mine = { name: 'r', kind: 'HTTPRoute', gateways: ['edge'], requireReferenceGrants: true }
    const rules = [{ backendRefs: [elsewhere] }]
    const both = worldOf({
      west: { topology: { services }, routes },
      east: { routes: { routes: [{ ...mine, rules }] } },
    })
    expect(statusOf(both).unresolved[0]?.reason).toBe('RefNotPermitted')
  })

  test('of a GRPCRoute is answered in the words of gRPC, and that of a mirror is nobody’s loss', () => {
    const requestMirror = { backendRef: { name: 'mirror', port: 80 } }
    const filters = [{ type: 'RequestMirror', requestMirror }]
    const rules = [{ filters, backendRefs: [{ name: 'gone', port: 80 }] }]
    const grpc = world({}, { kind: 'GRPCRoute', rules })
    expect(statusOf(grpc, { kind: 'GRPCRoute' }).unresolved.map(one => [one.place, one.message])).toEqual([
      [
        '/0/filters/0/requestMirror/backendRef',
        'service default/mirror is not there: nothing is mirrored there until it comes',
      ],
      [
        '/0/backendRefs/0',
        'service default/gone is not there: what would go there is answered UNAVAILABLE until it comes',
      ],
    ])
    const condition = conditionOf(statusOf(grpc, { kind: 'GRPCRoute' }), 'ResolvedRefs')
    expect(condition).toMatchObject({ status: 'False', reason: 'BackendNotFound' })
    expect(condition.message).toContain('(and 1 more)')
  })
})
