import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { StoredEntry } from '../../../src/model/change.ts'
import { anyOf } from '../../../src/proto/discovery-resource.ts'
import { decode } from '../../../src/proto/message.ts'
import { TYPE_URLS } from '../../../src/proto/type-urls.ts'
import { fromRest } from '../../../src/translate/config-source.ts'
import { World } from '../../../src/translate/world.ts'
import { WorldDraft } from '../../../src/translate/world-draft.ts'
import type { Audience, ClientNode } from '../../../src/xds/tables/audience.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { viewpoint } from '../../support/candidate.ts'
import { after, controlEntries, stored, worldOf } from '../../support/world.ts'
import { viewOf } from './view-of.ts'

const NOTHING = { services: new Set<string>(), settings: new Set<string>(), gateways: new Set<string>() }
const ZONES = ['zone-a', 'zone-b']

function node(gateway: string, zone = 'zone-a', fields: Partial<ClientNode> = {}): ClientNode {
  return {
    id: 'envoy',
    kind: 'envoy',
    gateway: `default/${gateway}`,
    viewpoint: viewpoint(zone),
    userAgent: 'envoy',
    ...fields,
  }
}

function tablesOf(world: World): Tables {
  const tables = new Tables()
  tables.publish(world, NOTHING, true)
  return tables
}

/** Name → version of all that an audience can see of a type, when it asks for these assignments. */
function visible(audience: Audience, typeUrl: string, names: Iterable<string>): Map<string, string> {
  const view = viewOf(audience, typeUrl)
  return new Map(
    [...names].flatMap(name => {
      const version = view?.get(name)?.version
      return version === undefined ? [] : [[name, version] as const]
    }),
  )
}

describe('what a gateway is served', () => {
  const routes = (services: 'routed' | 'all', names: string[]) => ({
    gateways: [{ name: 'edge', services, listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }] }],
    routes: names.map(name => ({
      name,
      kind: 'HTTPRoute',
      gateways: ['edge'],
      rules: [{ backendRefs: [{ name, port: 80 }] }],
    })),
  })
  const service = (name: string, ports = [{ port: 80 }]) => ({ name, ports, endpoints: [] })

  test('are the clusters that its routes name and that exist', () => {
    const world = worldOf({
      east: { topology: { services: [service('a'), service('b')] }, routes: routes('routed', ['a', 'gone']) },
    })
    const clusters = viewOf(tablesOf(world).join(node('edge')), TYPE_URLS.cluster)
    expect([...(clusters?.all() ?? [])]).toEqual(['default/a/80'])
    expect(clusters?.get('default/b/80')).toBeUndefined()
  })

  test('are all clusters when the gateway says so', () => {
    const world = worldOf({
      east: { topology: { services: [service('a'), service('b')] }, routes: routes('all', ['a']) },
    })
    expect([...(viewOf(tablesOf(world).join(node('edge')), TYPE_URLS.cluster)?.all() ?? [])].sort()).toEqual([
      'default/a/80',
      'default/b/80',
    ])
  })

  test('is another cluster only where zones are weighed, by a rule for the zone or by Balanced', () => {
    const from = (zone: string) => ({ from: zone, to: { 'zone-b': 1 } })
    const seen = (locality: object) => {
      const services = [{ ...service('a'), locality }]
      const tables = tablesOf(worldOf({ east: { topology: { services }, routes: routes('routed', ['a']) } }))
      return ['zone-a', 'zone-b', ''].map(
        zone => viewOf(tables.join(node('edge', zone)), TYPE_URLS.cluster)?.get('default/a/80')?.version,
      )
    }
    const [plain] = seen({})
    const [weighed] = seen({ distribute: [from('r1/zone-a')] })
    expect(weighed).not.toBe(plain)
    expect(seen({})).toEqual([plain, plain, plain])
    expect(seen({ distribute: [from('r1/zone-a'), from('r2/zone-b')] })).toEqual([weighed, plain, plain])
    expect(seen({ distribute: [from('zone-b')] })).toEqual([plain, weighed, plain])
    expect(seen({ mode: 'Balanced' })).toEqual([weighed, weighed, plain])
  })

  test('is nothing, with a warning, when no source has the gateway', () => {
    const audience = tablesOf(World.EMPTY).join(node('nowhere'))
    expect([...(viewOf(audience, TYPE_URLS.listener)?.all() ?? [])]).toEqual([])
    expect(audience.warnings()).toEqual([
      'no source has a gateway default/nowhere, which node.cluster names: nothing is served',
    ])
  })
})

describe('assignments', () => {
  const endpoint = (name: string, zone: string, address: string, nodeName?: string) => ({
    name,
    zone,
    address,
    port: 80,
    ...(nodeName && { node: nodeName }),
  })
  const world = worldOf({
    east: {
      topology: {
        zones: ZONES.map(zone => ({ zone, region: 'r1' })),
        services: [
          { name: 'wide', ports: [{ port: 80 }], endpoints: [endpoint('w', 'zone-a', '10.0.0.1')] },
          {
            name: 'zonal',
            trafficDistribution: 'PreferSameZone',
            ports: [{ port: 80 }],
            endpoints: [endpoint('a', 'zone-a', '10.0.1.1'), endpoint('b', 'zone-b', '10.0.1.2')],
          },
          {
            name: 'nodal',
            trafficDistribution: 'PreferSameNode',
            ports: [{ port: 80 }],
            endpoints: [endpoint('n', 'zone-a', '10.0.2.1', 'node-1')],
          },
        ],
      },
    },
  })
  const names = ['default/wide/80', 'default/zonal/80', 'default/nodal/80']

  test('exist once for each class of viewpoints that sees a difference', () => {
    const tables = tablesOf(world)
    for (let index = 0; index < 20; index++) {
      const from = viewpoint(ZONES[index % 2] as string, `node-${index}`)
      visible(tables.join(node('edge', '', { viewpoint: from })), TYPE_URLS.endpoints, names)
    }
    // wide: 1. zonal: one a zone. nodal: node-1 stands in zone-b here, so its class, that of zone-a, and everybody.
    expect(tables.sizes.eds.resources).toBe(1 + 2 + 3)
  })

  test('of classes that nobody stands in any more are dropped at the next change', () => {
    const tables = tablesOf(world)
    const audience = tables.join(node('edge', 'zone-a'))
    visible(audience, TYPE_URLS.endpoints, names)
    expect(tables.sizes.eds.resources).toBe(3)
    audience.leave()
    tables.publish(world, NOTHING, true)
    expect(tables.sizes.eds.resources).toBe(1)
  })

  test('are kept for a while for a fleet whose connections were cut all at once', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const tables = new Tables({ linger: 1_000 })
    tables.publish(world, NOTHING, true)
    const audience = tables.join(node('edge', 'zone-a'))
    visible(audience, TYPE_URLS.endpoints, names)
    audience.leave()
    tables.publish(world, NOTHING, true)
    expect(tables.sizes.eds.resources).toBe(3)
    vi.advanceTimersByTime(1_000)
    tables.publish(world, NOTHING, true)
    expect(tables.sizes.eds.resources).toBe(1)
  })

  test('that are missing are not kept for whoever has gone, be it for a while', () => {
    const tables = new Tables({ linger: 1_000 })
    tables.publish(World.EMPTY, NOTHING, true)
    const audience = tables.join(node('', 'zone-a', { kind: 'grpc' }))
    for (const type of [TYPE_URLS.cluster, TYPE_URLS.routes, TYPE_URLS.endpoints])
      visible(audience, type, names)
    audience.leave()
    const services = new Set(names.map(name => name.split('/', 2).join('/')))
    tables.publish(world, { ...NOTHING, services, settings: services }, false)
    expect([tables.sizes.cds.logged, tables.sizes.eds.logged]).toEqual([0, 0])
  })

  test('of another zone keep their version when a rule about one zone changes', () => {
    const tables = tablesOf(world)
    const fromB = tables.join(node('edge', 'zone-b'))
    const before = visible(fromB, TYPE_URLS.endpoints, names)
    const next = after(
      world,
      stored(
        'west',
        { topology: { services: [{ name: 'other', ports: [{ port: 80 }], endpoints: [] }] } },
        2,
      ),
    )
    tables.publish(next.world, next.touched, false)
    expect(visible(fromB, TYPE_URLS.endpoints, names)).toEqual(before)
  })
})

/** Which fleet a source is in; the third has nothing but proxies. */
const groups = fc
  .record({
    source: fc.constantFrom('east', 'west', 'north'),
    settings: fc.constantFrom({}, { group: 'blue' }, { group: 'green' }),
  })
  .map(one => ({ topology: {}, ...one }))

/** Entries of two sources that a random history adds, replaces and removes. */
const documents = fc.constantFrom(
  ...['east', 'west'].flatMap(source => [
    ...['a', 'b'].flatMap(name => [
      {
        source,
        topology: {
          services: [
            { name, ports: [{ port: 80 }], endpoints: [{ address: '10.0.0.1', port: 80, zone: 'zone-a' }] },
          ],
        },
      },
      {
        source,
        topology: {
          services: [
            {
              name,
              trafficDistribution: 'PreferSameZone',
              connectTimeout: '1s',
              ports: [
                { name: 'x', port: 80 },
                { name: 'y', port: 81 },
              ],
              endpoints: [{ address: '10.0.0.2', ports: { x: 1, y: 2 }, zone: 'zone-b' }],
            },
          ],
        },
      },
      { source, topology: { services: [{ name, endpoints: [{ address: '10.0.0.3', port: 81 }] }] } },
      {
        source,
        topology: {
          services: [
            {
              name,
              scope: 'source',
              connectTimeout: '2s',
              endpoints: [{ address: `10.${source.length}.0.4`, port: 80 }],
            },
          ],
        },
      },
      {
        source,
        routes: {
          routes: [
            {
              name,
              kind: 'HTTPRoute',
              gateways: ['edge', 'all'],
              rules: [
                {
                  backendRefs: [
                    { name, port: 80 },
                    { name: 'b', port: 81 },
                  ],
                },
              ],
            },
          ],
        },
      },
    ]),
    {
      source,
      routes: {
        routes: [
          {
            name: 'a',
            kind: 'HTTPRoute',
            gateways: ['edge'],
            hostnames: ['a.example', '*.example', `${source}.example`],
            rules: [
              {
                matches: [{ path: { type: 'Exact', value: '/a' } }, { method: 'GET' }],
                backendRefs: [
                  { name: 'a', port: 80, weight: 2 },
                  { name: 'b', port: 80 },
                ],
              },
              { name: 'last', backendRefs: [{ name: 'b', port: 80 }] },
            ],
          },
        ],
      },
    },
    {
      source,
      routes: {
        routes: [
          {
            name: 'b',
            kind: 'HTTPRoute',
            gateways: ['all'],
            hostnames: ['*.example', 'a.example'],
            rules: [{ matches: [{ path: { value: '/b' } }], backendRefs: [{ name: 'a', port: 81 }] }],
          },
        ],
      },
    },
    ...attachments(source),
    { source, topology: { zones: [{ zone: 'zone-a', region: source }] } },
    { source, topology: { zones: [{ zone: 'zone-a' }] } },
    {
      source,
      routes: { gateways: [{ name: 'edge', listeners: [{ name: source, port: 8080, protocol: 'HTTP' }] }] },
    },
    {
      source,
      routes: {
        gateways: [
          {
            name: 'all',
            services: source === 'east' ? 'all' : 'routed',
            listeners: [{ name: source, port: 8081, protocol: 'HTTP' }],
          },
        ],
      },
    },
  ]),
)

/** What lets routes attach and refer, or not. */
function attachments(source: string): { source: string; routes: object }[] {
  const listener = { name: source, port: 8080, protocol: 'HTTP' }
  const selector = { matchLabels: { team: 'a' } }
  const divided = [
    { ...listener, hostname: '*.example' },
    { ...listener, name: 'z', hostname: 'a.example', allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } },
  ]
  const selecting = [{ ...listener, allowedRoutes: { namespaces: { from: 'Selector', selector } } }]
  const grpc = {
    namespace: 'team',
    name: 'grpc',
    kind: 'GRPCRoute',
    gateways: ['default/edge', { namespace: 'default', name: 'all', port: 8080 }],
    requireReferenceGrants: true,
    rules: [{ backendRefs: [{ namespace: 'default', name: 'a', port: 80 }] }],
  }
  const grant = {
    name: 'g',
    from: [{ group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', namespace: 'team' }],
    to: [{ kind: 'Service' }],
  }
  return [
    ...['edge', 'all'].map(name => ({ gateways: [{ name, listeners: divided }] })),
    { gateways: [{ name: 'edge', listeners: selecting }] },
    { namespaces: [{ name: 'team', labels: { team: 'a' } }] },
    { namespaces: [{ name: 'team' }] },
    { routes: [grpc], gateways: [{ name: 'edge', listeners: [listener] }] },
    { routes: [{ ...grpc, hostnames: ['a.example'], requireReferenceGrants: undefined }] },
    { referenceGrants: [grant] },
  ].map(routes => ({ source, routes }))
}

const steps = fc.array(
  fc.record({
    put: fc.array(fc.oneof({ weight: 5, arbitrary: documents }, groups), { maxLength: 3 }),
    drop: fc.integer({ min: 0, max: 6 }),
    /** Who leaves before this, or comes back. */
    moved: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
    /** Milliseconds that pass. */
    elapsed: fc.constantFrom(0, 10, 600, 2_000),
  }),
  { maxLength: 12 },
)
const LINGER = 1_000
const from = (source: string) => ({ viewpoint: { ...viewpoint('zone-a'), source } })
const AUDIENCES = [
  ...['edge', 'all'].flatMap(gateway =>
    ['', 'east', 'west', 'north'].map(source => node(gateway, 'zone-a', from(source))),
  ),
  ...['', 'east'].map(source => node('', 'zone-a', { kind: 'grpc', ...from(source) })),
]
const ASKED = ['a', 'b'].flatMap(name => [80, 81].map(port => `default/${name}/${port}`))

test('tables that followed any history serve what fresh ones would, and their logs name all that changed', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  fc.assert(
    fc.property(fc.constantFrom(0, LINGER), steps, (linger, history) => {
      const tables = new Tables({ linger })
      const audiences: (Audience | undefined)[] = AUDIENCES.map(one => tables.join(one))
      const entries = new Map<string, StoredEntry>()
      let world = World.EMPTY
      let revision = 0
      for (const { put, drop, moved, elapsed } of history) {
        revision += 1
        for (const index of moved) {
          const left = audiences[index]
          left?.leave()
          audiences[index] = left ? undefined : tables.join(AUDIENCES[index] as ClientNode)
        }
        vi.advanceTimersByTime(elapsed)
        const before = audiences.map(audience => audience && snapshot(audience))
        const dropped = [...entries].slice(0, drop)
        const removed = dropped.map(([, entry]) => entry)
        for (const [key] of dropped) entries.delete(key)
        for (const { source, ...pushed } of put) {
          const settings = 'settings' in pushed ? { [source]: pushed.settings } : {}
          const control = controlEntries({ sourceSettings: settings }).map(one => ({
            ...one,
            since: revision,
          }))
          for (const entry of [...stored(source, pushed, revision), ...control])
            entries.set(`${source}/${entry.kind}/${entry.name}`, entry)
        }
        const draft = new WorldDraft(world)
        draft.add({
          revision,
          reset: false,
          removed,
          upserted: [...entries.values()].filter(entry => entry.since === revision),
        })
        const next = draft.finish(revision)
        world = next.world
        tables.publish(next.world, next.touched, false)
        for (const [index, audience] of audiences.entries())
          if (audience) expectLogged(audience, before[index] as Snapshot)
      }
      const fresh = new WorldDraft(World.EMPTY)
      // A feed is not sorted: another order than that of history must make no difference.
      fresh.add({ revision, reset: false, removed: [], upserted: [...entries.values()].reverse() })
      const freshTables = tablesOf(fresh.finish(revision).world)
      for (const [index, one] of AUDIENCES.entries()) {
        const audience = audiences[index] ?? tables.join(one)
        expect(snapshot(audience).seen).toEqual(snapshot(freshTables.join(one)).seen)
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)

interface Snapshot {
  readonly seen: Record<string, Record<string, string>>
  readonly cursors: Record<string, number>
}

function snapshot(audience: Audience): Snapshot {
  const seen: Record<string, Record<string, string>> = {}
  const cursors: Record<string, number> = {}
  for (const typeUrl of Object.values(TYPE_URLS)) {
    const view = viewOf(audience, typeUrl)
    const names = [...(view?.all() ?? []), ...ASKED]
    const routeNames =
      typeUrl === TYPE_URLS.routes
        ? ['east', 'west', 'z'].flatMap(one => [`default/edge/${one}`, `default/all/${one}`])
        : []
    seen[typeUrl] = Object.fromEntries([...visible(audience, typeUrl, [...names, ...routeNames])].sort())
    cursors[typeUrl] = view?.position ?? 0
  }
  return { seen, cursors }
}

/** Every name whose version differs from before stands in the log after the cursor of before. */
function expectLogged(audience: Audience, before: Snapshot): void {
  const now = snapshot(audience)
  for (const typeUrl of Object.values(TYPE_URLS)) {
    const [old, fresh] = [before.seen[typeUrl] ?? {}, now.seen[typeUrl] ?? {}]
    const changed = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter(
      name => old[name] !== fresh[name],
    )
    const logged = [...(viewOf(audience, typeUrl)?.changedSince(before.cursors[typeUrl] ?? 0) ?? [])]
    expect(logged).toEqual(expect.arrayContaining(changed))
  }
}

test('clusters and listeners of an Envoy without ADS say where it asks for the rest, and change with the others', () => {
  const pushed = {
    topology: { services: [{ name: 'web', endpoints: [{ name: 'a', address: '10.0.0.1', port: 80 }] }] },
    routes: {
      gateways: [
        {
          name: 'edge',
          services: 'all',
          listeners: [{ name: 'http', address: '0.0.0.0', port: 80, protocol: 'HTTP' }],
        },
      ],
    },
  }
  const tables = tablesOf(worldOf({ east: pushed }))
  const source = fromRest({ cluster: 'vicinity', refreshDelay: 3 })
  const json = (audience: Audience, typeUrl: string, name: string) => {
    const bytes = viewOf(audience, typeUrl)?.get(name)?.encoded as Uint8Array
    return JSON.stringify(decode('google.protobuf.Any', anyOf(bytes)))
  }
  const overAds = tables.join(node('edge'))
  const byRest = tables.join(node('edge', 'zone-a', { configSource: source }))
  for (const [typeUrl, name] of [
    [TYPE_URLS.cluster, 'default/web/80'],
    [TYPE_URLS.listener, 'default/edge/http'],
  ] as const) {
    expect(json(overAds, typeUrl, name)).toContain('"ads":{}')
    expect(json(byRest, typeUrl, name)).toContain(JSON.stringify(source.json).slice(1, -1))
    expect(json(byRest, typeUrl, name)).not.toContain('"ads":{}')
    expect(viewOf(byRest, typeUrl)?.get(name)).toBe(viewOf(byRest, typeUrl)?.get(name))
  }
  const assignment = (audience: Audience) => viewOf(audience, TYPE_URLS.endpoints)?.get('default/web/80')
  expect(assignment(byRest)).toBe(assignment(overAds))
})

test('an Envoy with a stream for each type is counted once', () => {
  const tables = new Tables()
  let count = 0
  tables.census.subscribe((_, change) => {
    count += change
  })
  const streams = [true, false, false].map(isCounted => tables.join(node('edge'), isCounted))
  expect(count).toBe(1)
  for (const { leave } of streams) leave()
  expect(count).toBe(0)
})
