import { describe, expect, test } from 'vitest'
import { clusterName } from '../../src/translate/names.ts'
import { sourceRealm } from '../../src/translate/realm.ts'
import { clusterResource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { servedAt, stored, after as worldAfter, worldOf } from '../support/world.ts'
import { statusOf } from './status-of-route.ts'

const SCOPED = { scope: 'source' }
const web = (port: number, settings: object = {}) => service('web', [{ name: `e${port}`, port }], settings)
const pushed = (source: string, ...services: object[]) =>
  stored(source, { topology: topology(...services) }, 9)
const portsSeen = (world: World, source: string) =>
  world
    .service('default', 'web', source)
    ?.decision(3000)
    ?.candidates.map(one => one.port)

describe('a service that its source keeps to itself', () => {
  const world = worldOf({
    east: { topology: topology(web(1, SCOPED)) },
    west: { topology: topology(web(2, { trafficDistribution: 'PreferClose' })) },
    north: { topology: topology(web(3)) },
  })

  test('is seen by its own source, and by no other: these see what the fleet has of that name', () => {
    expect(['east', 'west', 'south', ''].map(source => portsSeen(world, source))).toEqual([
      [1],
      [3, 2],
      [3, 2],
      [3, 2],
    ])
  })

  test('conflicts with nothing that others say', () => {
    const conflicts = [...world.allServices()].map(({ realm, sources, conflicts }) => ({
      realm,
      sources,
      with: conflicts.map(one => one.source),
    }))
    expect(conflicts).toEqual([
      { realm: 'source/east', sources: ['east'], with: [] },
      { realm: 'fleet', sources: ['west', 'north'], with: ['north'] },
    ])
  })

  test('leaves nothing of that name to others where nobody else has it', () => {
    const alone = worldOf({ east: { topology: topology(web(1, SCOPED)) } })
    expect([portsSeen(alone, 'east'), portsSeen(alone, 'west')]).toEqual([[1], undefined])
  })

  test('is none because something in its settings looks like a scope', () => {
    const cookie = { name: 'c', ttl: '0s', attributes: { scope: 'source' } }
    const loadBalancer = { type: 'ConsistentHash', consistentHash: { type: 'Cookie', cookie } }
    expect(portsSeen(worldOf({ east: { topology: topology(web(1, { loadBalancer })) } }), 'west')).toEqual([
      1,
    ])
  })

  test('may have its endpoints before or after its settings', () => {
    const entries = pushed('east', web(1, SCOPED)).filter(one => one.kind !== 'Zone')
    for (const order of [entries, entries.toReversed()]) {
      const made = worldAfter(worldOf({}), order).world
      expect([portsSeen(made, 'east'), portsSeen(made, 'west')]).toEqual([[1], undefined])
    }
  })
})

describe('a push that changes the scope', () => {
  const shared = worldOf({
    east: { topology: topology(web(1)) },
    west: { topology: topology(web(2)) },
  })
  const kept = worldAfter(shared, pushed('east', web(1, SCOPED)))
  const back = worldAfter(kept.world, pushed('east', web(1)))

  test('moves the claim from one realm to the other, and nothing else', () => {
    expect([portsSeen(shared, 'east'), portsSeen(shared, 'west')]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect([portsSeen(kept.world, 'east'), portsSeen(kept.world, 'west')]).toEqual([[1], [2]])
    expect([portsSeen(back.world, 'east'), portsSeen(back.world, 'west')]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect([...back.world.scoped.keys()]).toEqual([])
  })

  test('touches the service and its clusters', () => {
    for (const { touched } of [kept, back]) {
      expect([[...touched.services], [...touched.settings]]).toEqual([['default/web'], ['default/web']])
    }
  })

  test('leaves to others what they have as it was', () => {
    const flapped = worldAfter(kept.world, pushed('east', web(7, SCOPED)))
    expect(flapped.world.service('default', 'web', 'west')).toBe(kept.world.service('default', 'web', 'west'))
    expect(portsSeen(flapped.world, 'east')).toEqual([7])
  })

  test('leaves nothing behind when the service goes', () => {
    const gone = worldAfter(kept.world, [], pushed('east', web(1, SCOPED)))
    expect([portsSeen(gone.world, 'east'), portsSeen(gone.world, 'west')]).toEqual([[2], [2]])
    expect([...gone.world.scoped.keys()]).toEqual([])
  })
})

test('zones that get another region reach every service of a name, whichever of them was pushed', () => {
  const world = worldOf({
    east: { topology: { services: [web(1, SCOPED)] } },
    west: { topology: { services: [web(2)] } },
  })
  const regions = (made: World) =>
    ['east', 'west'].map(
      source => made.service('default', 'web', source)?.decision(3000)?.candidates[0]?.region,
    )
  expect(regions(world)).toEqual(['', ''])
  expect(regions(worldAfter(world, pushed('east', web(3, SCOPED))).world)).toEqual(['r1', 'r1'])
})

describe('a route', () => {
  const routes = (name: string) => ({ routes: [route(name, [toService(`/${name}`, 'web')])] })
  const world = worldOf({
    east: {
      topology: topology(web(1, SCOPED)),
      routes: { gateways: [gateway('edge', 8080)], ...routes('r') },
    },
    west: { routes: routes('r') },
  })
  const clustersAt = (made: World, source: string) => [
    ...servedAt(made, 'default/edge', made.realmOf(source)).clusters,
  ]
  const fleetToo = worldAfter(world, pushed('west', web(2))).world

  test('leads to the service that its own source keeps, on proxies of that source', () => {
    expect(clustersAt(world, 'east')).toEqual(['default/web/3000'])
    expect(clustersAt(world, 'west')).toEqual([])
  })

  test('of another source does not, though the fleet has one of that name', () => {
    const east = world.routes.get('east/HTTPRoute/default/r')
    const without = worldAfter(fleetToo, [], stored('east', { routes: routes('r') }, 9)).world
    expect(east).toBeDefined()
    expect(clustersAt(without, 'east')).toEqual([])
    expect(clustersAt(without, 'west')).toEqual(['default/web/3000'])
  })

  test('is judged as proxies of its own source see it', () => {
    expect(statusOf(world, { source: 'east' }).unresolved).toEqual([])
    expect(statusOf(world, { source: 'west' }).unresolved).toMatchObject([
      {
        reason: 'BackendNotFound',
        message:
          'service default/web is kept by its scope to source east: what would go there is answered 500 until it comes',
      },
    ])
    expect(statusOf(fleetToo, { source: 'west' }).unresolved).toEqual([])
  })

  test('is translated once for each way in which realms see its backends', () => {
    const east = fleetToo.routes.get('east/HTTPRoute/default/r')
    const made = () =>
      ['east', 'west'].map(source =>
        east?.translation(80, (_, { service: key }) => {
          const seen = fleetToo.seen(fleetToo.realmOf(source), key)
          return seen?.realm === sourceRealm(source) ? { hashPolicy: undefined } : undefined
        }),
      )
    const [first, second] = [made(), made()]
    expect(first[0]).not.toBe(first[1])
    expect([second[0] === first[0], second[1] === first[1]]).toEqual([true, true])
  })
})

describe('GRPCRoutes', () => {
  const plain = (settings: object = {}) => web(1, settings)
  const grpc = { ...route('r', [{ backendRefs: [{ name: 'web', port: 3000 }] }]), kind: 'GRPCRoute' }
  const base = worldOf({
    north: { routes: { gateways: [gateway('edge', 8080)] } },
    east: { topology: topology(plain(SCOPED)) },
    west: { topology: topology(plain()) },
  })
  const isHttp2 = (world: World, source: string) => {
    const seen = world.service('default', 'web', source)
    const made = seen && clusterResource(seen, clusterName('default', 'web', 3000), 3000)
    return Buffer.from(made?.encoded ?? []).includes('HttpProtocolOptions')
  }
  const spoken = (world: World) => ['east', 'west'].map(source => isHttp2(world, source))
  const by = (source: string) => stored(source, { routes: { routes: [grpc] } }, 9)

  test('of other sources do not change how a service that its source keeps is spoken to', () => {
    expect(spoken(worldAfter(base, by('west')).world)).toEqual([false, true])
  })

  test('of its own source do, though others came first, and until the last is gone', () => {
    const west = worldAfter(base, by('west')).world
    const both = worldAfter(west, by('east'))
    expect(spoken(both.world)).toEqual([true, true])
    expect([...both.touched.settings]).toEqual(['default/web'])
    const left = worldAfter(both.world, [], by('east'))
    expect(spoken(left.world)).toEqual([false, true])
    expect([...left.touched.settings]).toEqual(['default/web'])
  })
})
