import { describe, expect, test } from 'vitest'
import { clusterName } from '../../src/translate/names.ts'
import { clusterResource } from '../../src/translate/resource.ts'
import type { World } from '../../src/translate/world.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { controlEntries, servedAt, stored, after as worldAfter, worldOf } from '../support/world.ts'
import { statusOf } from './status-of-route.ts'

const web = (port: number, settings: object = {}) => service('web', [{ name: `e${port}`, port }], settings)
const pushed = (source: string, ...services: object[]) =>
  stored(source, { topology: topology(...services) }, 9)
const said = (source: string, group?: string) =>
  controlEntries({ sourceSettings: { [source]: group === undefined ? {} : { group } } })
const grouped = (world: World, groups: Readonly<Record<string, string>>) =>
  worldAfter(
    world,
    Object.entries(groups).flatMap(([source, group]) => said(source, group)),
  ).world
const portsSeen = (world: World, source: string) =>
  world
    .service('default', 'web', source)
    ?.decision(3000)
    ?.candidates.map(one => one.port)
const seenBy = (world: World, ...sources: string[]) => sources.map(source => portsSeen(world, source))

const SHARED = worldOf({
  east: { topology: topology(web(1)) },
  west: { topology: topology(web(2, { trafficDistribution: 'PreferClose' })) },
  north: { topology: topology(web(3, { connectTimeout: '2s' })) },
})

describe('a service of one name in two groups', () => {
  const world = grouped(SHARED, { west: 'blue', north: 'blue', silent: 'blue' })

  test('is seen by the sources of each as these have it, and by nobody’s source as the default group has it', () => {
    expect(seenBy(world, 'east', 'west', 'north', 'silent', 'other', '')).toEqual([
      [1],
      [3, 2],
      [3, 2],
      [3, 2],
      [1],
      [1],
    ])
  })

  test('has conflicts among the sources of a group alone', () => {
    const conflicts = [...world.allServices()].map(({ realm, sources, conflicts }) => ({
      realm,
      sources,
      with: conflicts.map(one => `${one.source} ${one.field}`),
    }))
    expect(conflicts).toEqual([
      { realm: 'fleet', sources: ['east'], with: [] },
      {
        realm: 'group/blue',
        sources: ['west', 'north'],
        with: ['north trafficDistribution', 'north connectTimeout'],
      },
    ])
  })

  test('gives way to the one that a source keeps to itself, and stands behind it in its group', () => {
    const kept = worldAfter(world, pushed('north', web(4, { scope: 'source' }))).world
    expect(seenBy(kept, 'east', 'west', 'north')).toEqual([[1], [2], [4]])
    const other = worldAfter(kept, pushed('north', service('own', [{ port: 5 }], { scope: 'source' }))).world
    const without = worldAfter(other, [], pushed('north', web(4))).world
    expect(seenBy(without, 'east', 'west', 'north')).toEqual([[1], [2], [2]])
  })

  test('is the same whether its groups were said before or after it was pushed', () => {
    const settings = said('west', 'blue')
    const entries = [...pushed('west', web(2)), ...pushed('east', web(1))]
    for (const order of [
      [...settings, ...entries],
      [...entries, ...settings],
    ]) {
      expect(seenBy(worldAfter(worldOf({}), order).world, 'east', 'west')).toEqual([[1], [2]])
    }
  })
})

describe('a source that goes into another group', () => {
  const base = worldAfter(SHARED, pushed('east', web(1), service('inner', [{ port: 7 }]))).world
  const left = worldAfter(base, said('west', 'blue'))

  test('takes its claims along at once, and leaves those of others where they are', () => {
    expect(seenBy(base, 'east', 'west', 'north')).toEqual([
      [1, 3, 2],
      [1, 3, 2],
      [1, 3, 2],
    ])
    expect(seenBy(left.world, 'east', 'west', 'north')).toEqual([[1, 3], [2], [1, 3]])
    expect(left.world.service('default', 'inner', 'west')).toBeUndefined()
    const back = worldAfter(left.world, [], said('west', 'blue')).world
    expect(seenBy(back, 'east', 'west', 'north')).toEqual(seenBy(base, 'east', 'west', 'north'))
    expect(back.services.get('default/web')?.services.map(one => one.realm)).toEqual(['fleet'])
  })

  test('touches what its proxies see or saw, and nothing of groups that it has nothing to do with', () => {
    const both = ['default/web', 'default/inner']
    expect([...left.touched.services].sort()).toEqual(both.toSorted())
    expect([...left.touched.settings].sort()).toEqual(both.toSorted())
    const third = worldAfter(left.world, said('other', 'green')).world
    const joins = worldAfter(third, said('other', 'blue'))
    expect([[...joins.touched.services], [...joins.touched.settings]]).toEqual([
      ['default/web'],
      ['default/web'],
    ])
  })

  test('may change places with another in one revision', () => {
    const swapped = worldAfter(left.world, [...said('west'), ...said('east', 'blue')]).world
    expect(seenBy(swapped, 'east', 'west', 'north')).toEqual([[1], [3, 2], [3, 2]])
  })

  test('touches nothing with settings that leave its group as it is', () => {
    const { touched, world } = worldAfter(left.world, [
      ...controlEntries({ sourceSettings: { other: { group: 'default' }, quiet: { staleAfter: '60s' } } }),
    ])
    expect([...touched.services, ...touched.settings]).toEqual([])
    expect(world.service('default', 'web', 'west')).toBe(left.world.service('default', 'web', 'west'))
  })
})

describe('a route', () => {
  const routes = (name: string, backend = 'web') => ({
    routes: [route(name, [toService(`/${name}`, backend)])],
  })
  const world = grouped(
    worldOf({
      east: {
        topology: topology(web(1)),
        routes: { gateways: [gateway('edge', 8080)], ...routes('r') },
      },
      west: { topology: topology(service('inner', [{ port: 2 }])), routes: routes('r', 'inner') },
    }),
    { west: 'blue' },
  )
  const clustersAt = (made: World, source: string) => [
    ...servedAt(made, 'default/edge', made.realmOf(source)).clusters,
  ]

  test('of whatever group leads to what the group of the proxy has', () => {
    expect(clustersAt(world, 'east')).toEqual(['default/web/3000'])
    expect(clustersAt(world, 'west')).toEqual(['default/inner/3000'])
    const both = worldAfter(world, pushed('west', web(2), service('inner', [{ port: 2 }]))).world
    expect(clustersAt(both, 'west').sort()).toEqual(['default/inner/3000', 'default/web/3000'])
    expect(clustersAt(both, 'east')).toEqual(['default/web/3000'])
  })

  test('is judged as proxies of its own source see it', () => {
    expect(statusOf(world, { source: 'east' }).unresolved).toEqual([])
    expect(statusOf(world, { source: 'west' }).unresolved).toEqual([])
    const moved = grouped(world, { east: 'green' })
    expect(statusOf(moved, { source: 'east' }).unresolved).toEqual([])
    const apart = worldAfter(moved, stored('north', { routes: routes('r') }, 9)).world
    expect(statusOf(apart, { source: 'north' }).unresolved).toMatchObject([
      {
        reason: 'BackendNotFound',
        message:
          'service default/web is kept to group green: what would go there is answered 500 until it comes',
      },
    ])
  })

  test('of gRPC says how services of every group are spoken to: it leads to each', () => {
    const grpc = { ...route('g', [{ backendRefs: [{ name: 'web', port: 3000 }] }]), kind: 'GRPCRoute' }
    const both = worldAfter(world, pushed('west', web(2))).world
    const spoken = (made: World) =>
      ['east', 'west'].map(source => {
        const seen = made.service('default', 'web', source)
        const cluster = seen && clusterResource(seen, clusterName('default', 'web', 3000), 3000)
        return Buffer.from(cluster?.encoded ?? []).includes('HttpProtocolOptions')
      })
    expect(spoken(both)).toEqual([false, false])
    const routed = worldAfter(both, stored('west', { routes: { routes: [grpc] } }, 9)).world
    expect(spoken(routed)).toEqual([true, true])
    expect(spoken(grouped(routed, { east: 'green' }))).toEqual([true, true])
  })
})
