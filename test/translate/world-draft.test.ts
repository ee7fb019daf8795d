import { describe, expect, test } from 'vitest'
import { clusterName } from '../../src/translate/names.ts'
import { clusterResource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { type Pushed, stored, after as worldAfter, worldOf } from '../support/world.ts'

const listener = (fields: object = {}) => ({ name: 'http', port: 80, protocol: 'HTTP', ...fields })

describe('a change touches the gateways that it can concern, and no others', () => {
  const selector = { matchLabels: { team: 'a' } }
  const selecting = { allowedRoutes: { namespaces: { from: 'Selector', selector } } }
  const route = (name: string, gateway: string, fields: object = {}, backend: object = {}) => ({
    name,
    kind: 'HTTPRoute',
    gateways: [gateway],
    rules: [{ backendRefs: [{ name: 'web', port: 80, ...backend }] }],
    ...fields,
  })
  const inTeam = { namespace: 'team' }
  const strict = { requireReferenceGrants: true }
  const world = worldOf({
    east: {
      routes: {
        gateways: [
          ...['open', 'strict', 'loose'].map(name => ({ name, listeners: [listener()] })),
          ...['selecting', 'other'].map(name => ({ name, listeners: [listener(selecting)] })),
        ],
        routes: [
          route('in-team', 'default/open', inTeam),
          route('selected', 'default/selecting', inTeam),
          route('elsewhere', 'default/other'),
          route('strict', 'strict', strict, inTeam),
          route('strict-at-home', 'open', strict),
          route('loose', 'loose', {}, inTeam),
        ],
      },
    },
  })
  const touchedBy = (source: string, pushed: Pushed['routes']) =>
    [...worldAfter(world, stored(source, { routes: pushed }, 2)).touched.gateways].sort()
  const namespaces = [{ name: 'team', labels: { team: 'a' } }]
  const referenceGrants = [
    {
      namespace: 'team',
      name: 'g',
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default' }],
      to: [{ kind: 'Service' }],
    },
  ]

  test('a namespace: those that select by labels and have routes of it', () => {
    expect(touchedBy('east', { namespaces })).toEqual(['default/selecting'])
    expect(touchedBy('east', { namespaces: [{ name: 'unused' }] })).toEqual([])
  })

  test('a grant: those with routes that need one for its namespace', () => {
    expect(touchedBy('east', { referenceGrants })).toEqual(['default/strict'])
    expect(touchedBy('east', { referenceGrants: [{ ...referenceGrants[0], namespace: 'x' }] })).toEqual([])
  })

  test('what another source says of namespaces and grants: none', () => {
    expect(touchedBy('west', { namespaces, referenceGrants })).toEqual([])
  })

  test('one that goes as well as one that comes', () => {
    const entries = stored('east', { routes: { namespaces, referenceGrants } }, 2)
    const { touched } = worldAfter(worldAfter(world, entries).world, [], entries)
    expect([...touched.gateways].sort()).toEqual(['default/selecting', 'default/strict'])
  })
})

describe('a port that says nothing of its protocol is spoken to in HTTP/2', () => {
  const ports = [
    { name: 'plain', port: 80 },
    { name: 'said', port: 81, appProtocol: 'http' },
  ]
  const base = worldOf({
    east: {
      topology: {
        services: [
          { name: 'web', ports },
          { name: 'api', ports },
        ],
      },
    },
    north: { routes: { gateways: [{ name: 'edge', listeners: [listener()] }] } },
  })
  const grpc = (name: string, backend: object = {}, fields: object = {}) => ({
    name,
    kind: 'GRPCRoute',
    gateways: ['edge'],
    rules: [{ backendRefs: [{ name: 'web', port: 80, ...backend }] }],
    ...fields,
  })
  const entriesOf = (routes: object, source = 'east') => stored(source, { routes }, 2)
  const changed = (world: World, ...args: [ReturnType<typeof stored>, ReturnType<typeof stored>?]) => {
    const { world: next, touched } = worldAfter(world, ...args)
    return { next, settings: [...touched.settings].sort(), services: [...touched.services].sort() }
  }
  const isHttp2 = (world: World, name: string, port: number, namespace = 'default') => {
    const service = world.service(namespace, name)
    const made = service && clusterResource(service, clusterName(namespace, name, port), port)
    return Buffer.from(made?.encoded ?? []).includes('HttpProtocolOptions')
  }

  test('from the first GRPCRoute that names it until the last is gone', () => {
    const [first, second] = [entriesOf({ routes: [grpc('a')] }), entriesOf({ routes: [grpc('b')] }, 'west')]
    expect(isHttp2(base, 'web', 80)).toBe(false)
    const one = changed(base, first)
    expect(isHttp2(one.next, 'web', 80)).toBe(true)
    expect([one.settings, one.services]).toEqual([['default/web'], ['default/web']])
    expect(isHttp2(one.next, 'api', 80)).toBe(false)
    const two = changed(one.next, second)
    expect(two.settings).toEqual([])
    const left = changed(two.next, [], first)
    expect(left.settings).toEqual([])
    expect(isHttp2(left.next, 'web', 80)).toBe(true)
    const none = changed(left.next, [], second)
    expect(none.settings).toEqual(['default/web'])
    expect(isHttp2(none.next, 'web', 80)).toBe(false)
    expect(none.next.grpcRoutes.size).toBe(0)
  })

  test('not where an HTTPRoute names it, nor against what its appProtocol says', () => {
    const http = changed(base, entriesOf({ routes: [{ ...grpc('a'), kind: 'HTTPRoute' }] }))
    expect(isHttp2(http.next, 'web', 80)).toBe(false)
    const said = changed(base, entriesOf({ routes: [grpc('a', { port: 81 })] }))
    expect(isHttp2(said.next, 'web', 81)).toBe(false)
  })

  test('where a GRPCRoute mirrors to it', () => {
    const requestMirror = { backendRef: { name: 'api', port: 80 } }
    const rules = [{ filters: [{ type: 'RequestMirror', requestMirror }], backendRefs: [] }]
    const { next } = changed(base, entriesOf({ routes: [grpc('a', {}, { rules })] }))
    expect(isHttp2(next, 'api', 80)).toBe(true)
  })

  test('by a route that now names another, no more', () => {
    const before = changed(base, entriesOf({ routes: [grpc('a')] })).next
    const { next, settings } = changed(before, entriesOf({ routes: [grpc('a', { name: 'api' })] }))
    expect([isHttp2(next, 'web', 80), isHttp2(next, 'api', 80)]).toEqual([false, true])
    expect(settings).toEqual(['default/api', 'default/web'])
  })

  test('whichever of route and service comes first', () => {
    const route = entriesOf({ routes: [grpc('a')] })
    const service = stored('east', { topology: { services: [{ name: 'web', ports }] } }, 3)
    const gateway = stored('north', { routes: { gateways: [{ name: 'edge', listeners: [listener()] }] } }, 1)
    const empty = worldAfter(worldOf({}), gateway).world
    const routeFirst = worldAfter(worldAfter(empty, route).world, service).world
    const together = worldAfter(empty, [...service, ...route]).world
    expect([routeFirst, together].map(world => isHttp2(world, 'web', 80))).toEqual([true, true])
  })

  test('and still is when only its endpoints change, or zones do', () => {
    const before = changed(base, entriesOf({ routes: [grpc('a')] })).next
    const service = { name: 'web', endpoints: [{ address: '10.0.0.1', ports: { plain: 1 } }], ports }
    const pushed = stored('east', { topology: { services: [service], zones: [{ zone: 'z' }] } }, 3)
    const [endpoints, zones] = ['Endpoints', 'Zone'].map(kind => pushed.filter(one => one.kind === kind))
    expect(isHttp2(worldAfter(before, endpoints ?? []).world, 'web', 80)).toBe(true)
    expect(isHttp2(worldAfter(before, zones ?? []).world, 'web', 80)).toBe(true)
  })

  test('for a route that some gateway takes, and for no other', () => {
    const nowhere = changed(base, entriesOf({ routes: [grpc('a', {}, { gateways: ['other'] })] }))
    expect(nowhere.settings).toEqual([])
    expect(isHttp2(nowhere.next, 'web', 80)).toBe(false)
    const gateway = (kind: string) =>
      stored(
        'north',
        {
          routes: {
            gateways: [{ name: 'other', listeners: [listener({ allowedRoutes: { kinds: [{ kind }] } })] }],
          },
        },
        3,
      )
    const taken = changed(nowhere.next, gateway('GRPCRoute'))
    expect(taken.settings).toEqual(['default/web'])
    expect(isHttp2(taken.next, 'web', 80)).toBe(true)
    const left = changed(taken.next, gateway('HTTPRoute'))
    expect(left.settings).toEqual(['default/web'])
    expect(isHttp2(left.next, 'web', 80)).toBe(false)
  })

  test('for a route of another namespace only as long as it may refer to the service', () => {
    const route = grpc('a', { namespace: 'default' }, { namespace: 'team', requireReferenceGrants: true })
    const grant = entriesOf({
      referenceGrants: [
        {
          name: 'g',
          from: [{ group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', namespace: 'team' }],
          to: [{ kind: 'Service' }],
        },
      ],
    })
    const refused = changed(base, entriesOf({ routes: [route] }))
    expect(refused.settings).toEqual([])
    expect(isHttp2(refused.next, 'web', 80)).toBe(false)
    const granted = changed(refused.next, grant)
    expect(granted.settings).toEqual(['default/web'])
    expect(isHttp2(granted.next, 'web', 80)).toBe(true)
    const taken = changed(granted.next, [], grant)
    expect(taken.settings).toEqual(['default/web'])
    expect(isHttp2(taken.next, 'web', 80)).toBe(false)
  })
})

describe('the capacities of zones', () => {
  const endpoint = (name: string, zone: string, port: number) => ({
    name,
    address: '10.0.0.1',
    port,
    zone,
  })
  const two = [endpoint('a1', 'zone-a', 1), endpoint('b1', 'zone-b', 2)]
  const auto = (name: string, endpoints = two) => ({
    name,
    topologyMode: 'Auto',
    ports: [{ port: 80 }],
    endpoints,
  })
  const node = (name: string, zone: string, fields: object = {}) => ({ name, zone, cpu: '4', ...fields })
  const nodes = [node('n1', 'zone-a'), node('n2', 'zone-b')]
  const world = worldOf({
    east: { topology: { nodes, services: [auto('auto'), { ...auto('plain'), topologyMode: undefined }] } },
    west: {
      topology: {
        zones: [
          { zone: 'zone-a', capacity: 4 },
          { zone: 'zone-b', capacity: 4 },
        ],
        services: [auto('west')],
      },
    },
  })
  const noteOf = (from: World, name: string) => from.service('default', name)?.decision(80)?.notes[0]
  const push = (source: string, topology: object) => worldAfter(world, stored(source, { topology }, 3))

  test('come from nodes, or of a source without nodes from its zones', () => {
    const even =
      'Auto: of 2 endpoints zone-a (50 % of the CPUs) has 1 and is served by 1, zone-b (50 % of the CPUs) has 1 and is served by 1'
    expect([noteOf(world, 'auto'), noteOf(world, 'west')]).toEqual([even, even])
  })

  test('are those of the region in which endpoints say that their zone is, where nobody declares it', () => {
    const three = [...two, endpoint('a2', 'zone-a', 3)].map(one => ({ ...one, region: 'r1' }))
    const { world: next } = push('east', { services: [auto('auto', three)] })
    expect(noteOf(next, 'auto')).toBe('Auto is off: 3 endpoints cannot give 2 zones their minimum of 2 each')
    const four = [...three, { ...endpoint('a3', 'zone-a', 4), region: 'r1' }]
    expect(noteOf(push('east', { services: [auto('auto', four)] }).world, 'auto')).toBe(
      'Auto: of 4 endpoints r1/zone-a (50 % of the CPUs) has 3 and is served by 2, r1/zone-b (50 % of the CPUs) has 1 and is served by 2',
    )
  })

  test('touch the services in Auto of their source, and no others', () => {
    const bare = push('east', { nodes: [node('n1', 'zone-a', { cpu: '' })] })
    expect([...bare.touched.services]).toEqual(['default/auto'])
    expect([...bare.touched.settings]).toEqual([])
    expect(noteOf(bare.world, 'auto')).toBe('Auto is off: the CPUs of node n1 are not known')
    const larger = push('west', { zones: [{ zone: 'zone-a', capacity: 12 }] })
    expect([...larger.touched.services]).toEqual(['default/west'])
    expect(noteOf(larger.world, 'west')).toBe(
      'Auto is off: 2 endpoints cannot give the zones their minimum: zone-a 2, zone-b 1',
    )
  })

  test('touch nothing when the ratios stay as they are', () => {
    const same = push('east', { nodes: [node('n3', 'zone-b', { ready: false })] })
    expect([...same.touched.services]).toEqual([])
  })

  test('are read again when a node goes', () => {
    const gone = stored('east', { topology: { nodes: [node('n2', 'zone-b')] } }, 1)
    const { world: next } = worldAfter(world, [], gone)
    expect(noteOf(next, 'auto')).toBe('Auto is off: only zone zone-a has a capacity')
  })

  test('of a service that turned to Auto later count for it from then on', () => {
    const { world: turned } = push('east', { services: [auto('plain')] })
    const bare = stored('east', { topology: { nodes: [node('n1', '')] } }, 4)
    expect([...worldAfter(turned, bare).touched.services].sort()).toEqual(['default/auto', 'default/plain'])
  })
})

describe('the defaults of a source', () => {
  const service = (name: string, fields: object = {}) => ({
    name,
    ports: [{ port: 80 }],
    endpoints: [{ address: '10.0.0.1', port: 1, zone: 'zone-a' }],
    ...fields,
  })
  const rule = { from: 'zone-a', to: { 'zone-a': 1 } }
  const services = [service('web'), service('own', { locality: { failover: 'nearest', distribute: [] } })]
  const world = worldOf({
    east: { topology: { services } },
    west: { topology: { services: [service('other')] } },
  })
  const defaults = { locality: { failover: 'none', distribute: [rule] } }
  const entries = stored('east', { topology: { defaults } }, 3)
  const policyOf = (from: World, name: string) => from.service('default', name)?.decision(80)?.policy
  const isWeighted = (from: World, name: string) =>
    from.service('default', name)?.weighsZonesFrom({ region: 'r1', zone: 'zone-a' })

  test('hold for its services, where these do not say otherwise, and for no others', () => {
    const { world: next, touched } = worldAfter(world, entries)
    expect([...touched.services].sort()).toEqual(['default/own', 'default/web'])
    expect([...touched.settings].sort()).toEqual(['default/own', 'default/web'])
    expect(policyOf(next, 'web')?.failover).toEqual({
      value: 'none',
      origin: 'the defaults of source east, revision 3',
    })
    expect(policyOf(next, 'own')?.failover).toEqual({ value: 'nearest', origin: 'source east, revision 1' })
    expect(policyOf(next, 'other')?.failover.origin).toBeUndefined()
    expect(['web', 'own', 'other'].map(name => isWeighted(next, name))).toEqual([true, false, false])
  })

  test('that go hold no more', () => {
    const { world: next } = worldAfter(worldAfter(world, entries).world, [], entries)
    expect(policyOf(next, 'web')?.failover.value).toBe('nearest')
    expect(isWeighted(next, 'web')).toBe(false)
  })
})

test('settings are those of the source that leads since the endpoints of the one before it are gone', () => {
  const service = (fields: object) => ({
    topology: { services: [{ name: 'web', ports: [{ port: 80 }], ...fields }] },
  })
  const endpoints = [{ address: '10.0.0.1', port: 1 }]
  const first = stored('west', service({ endpoints }), 1).filter(one => one.kind === 'Endpoints')
  const east = stored('east', service({ connectTimeout: '1s' }), 2)
  const west = stored('west', service({ connectTimeout: '2s' }), 3)
  const before = worldAfter(worldOf({}), [...first, ...east, ...west]).world
  const { world: next, touched } = worldAfter(before, [], first)
  const timeoutIn = (world: World) => world.service('default', 'web')?.settings.connectTimeout
  expect([timeoutIn(before), timeoutIn(next)]).toEqual(['2s', '1s'])
  expect([...touched.settings]).toEqual(['default/web'])
})

test('a world shares with the one before it whatever did not change, so that readers can tell by looking once', () => {
  const topology = {
    zones: [{ zone: 'zone-a' }],
    services: [{ name: 'web', scope: 'source', ports: [{ port: 80 }], endpoints: [] }],
  }
  const routes = {
    gateways: [{ name: 'edge', listeners: [listener()] }],
    routes: [{ name: 'web', kind: 'HTTPRoute', gateways: ['edge'], rules: [{}] }],
  }
  const before = worldOf({ east: { topology, routes } })
  const web = {
    name: 'web',
    scope: 'source',
    ports: [{ port: 80 }],
    endpoints: [{ address: '10.0.0.1', port: 80 }],
  }
  const { world } = worldAfter(
    before,
    stored('east', { topology: { services: [web] } }, 2).filter(({ kind }) => kind === 'Endpoints'),
  )
  const fields = Object.keys(before) as (keyof World)[]
  expect(fields.filter(field => world[field] !== before[field]).sort()).toEqual([
    'endpointCounts',
    'revision',
    'services',
  ])
})
