import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assign } from '../../src/locality/assign.ts'
import type { StoredEntry } from '../../src/model/change.ts'
import { keyText } from '../../src/model/entry.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import { assignmentResource, clusterResource } from '../../src/translate/resource.ts'
import { World } from '../../src/translate/world.ts'
import { after, controlEntries, demandRows, stored } from '../support/world.ts'

/** A replica that follows the feed must serve what one serves that has just loaded everything. */

const zone = fc.constantFrom('zone-a', 'zone-b')
const region = fc.constantFrom('r1', 'r2')

function some(fields: Record<string, fc.Arbitrary<unknown>>) {
  return fc.record(fields, { requiredKeys: [] })
}

const locality = some({
  mode: fc.constant('Balanced'),
  failover: fc.constantFrom('nearest', 'none'),
  distribute: fc.constantFrom([], [{ from: 'zone-a', to: { 'zone-a': 3, 'zone-b': 1 } }]),
})
const endpoints = fc
  .array(some({ zone, region, ready: fc.constantFrom(true, true, false) }), { maxLength: 4 })
  .map(list => list.map((one, index) => ({ address: '10.0.0.1', port: 1000 + index, ...one })))
const service = fc
  .record(
    {
      ports: fc.constantFrom(
        [{ port: 80 }],
        [{ port: 80, appProtocol: 'h2c' }],
        [{ port: 80 }, { port: 81 }],
      ),
      topologyMode: fc.constant('Auto'),
      connectTimeout: fc.constantFrom('1s', '2s'),
      scope: fc.constantFrom('fleet', 'source'),
      locality,
      endpoints,
    },
    { requiredKeys: [] },
  )
  .map(({ ports, endpoints: list, ...others }) => {
    const several = ports !== undefined && ports.length > 1
    const named = several ? ports.map(one => ({ ...one, name: `p${one.port}` })) : ports
    const at = (port: number) => (several ? { ports: { p80: port, p81: port + 500 } } : { port })
    const places = list?.map(({ port, ...one }, index) => ({
      ...one,
      ...at(ports === undefined ? 1000 : port),
      address: `10.0.0.${index + 1}`,
    }))
    return { name: 'web', ...others, ...(named && { ports: named }), ...(places && { endpoints: places }) }
  })
const topology = some({
  zones: fc
    .uniqueArray(some({ region, capacity: fc.integer({ min: 1, max: 2 }) }), {
      maxLength: 2,
      selector: one => one.region,
    })
    .map(list => list.map((one, index) => ({ zone: index === 0 ? 'zone-a' : 'zone-b', ...one }))),
  nodes: fc
    .array(zone, { maxLength: 2 })
    .map(list => list.map((one, n) => ({ name: `n${n}`, zone: one, cpu: '4' }))),
  defaults: fc.record({ locality }),
  services: fc.tuple(service),
})
const demand = fc.dictionary(fc.constantFrom('r1/zone-a', 'r1/zone-b', 'r2/zone-b'), fc.nat(3))
const gateways = fc.subarray([1, 2, 3]).map(all => all.map(port => ({ address: '10.9.0.1', port })))
const settings = some({
  network: fc.constantFrom('net-1', 'net-2'),
  gateways,
  whenStale: fc.constantFrom('standby', 'drop'),
  group: fc.constantFrom('blue', 'green'),
})
const control = fc
  .record({
    sourceSettings: fc.dictionary(fc.constantFrom('east', 'west'), settings),
    staleSources: fc.subarray(['east', 'west'].map(source => ({ source, heardAt: 'then' }))),
    drains: fc.subarray([{ region: 'r1', zone: 'zone-a' }, { zone: 'zone-b' }]),
  })
  .map(controlEntries)
/** Each step writes entries of one source, or removes them: those of some kinds only, as patches may. */
const step = fc.record({
  source: fc.constantFrom('east', 'west'),
  topology,
  rows: fc.tuple(demand.map(demandRows), control).map(all => all.flat()),
  kinds: fc.subarray(
    [
      ...['Zone', 'Node', 'Defaults', 'Service', 'Endpoints'],
      ...['Demand', 'Drain', 'SourceSettings', 'StaleSource'],
    ],
    { minLength: 1 },
  ),
  isRemoved: fc.constantFrom(false, false, true),
})

const VIEWPOINTS = ['r1/zone-a', 'r1/zone-b', 'r2/zone-b', '/zone-a', '/'].flatMap(place =>
  ['', 'east', 'west'].map((source): Viewpoint => {
    const [from = '', name = ''] = place.split('/')
    return { region: from, zone: name, subZone: '', node: '', source, network: '' }
  }),
)

const keyOf = (one: StoredEntry) => `${one.source} ${keyText(one)}`

function served(world: World) {
  const seen = VIEWPOINTS.map(from => ({ from, web: world.service('default', 'web', from.source) }))
  const clusters = seen.map(({ from, web }) =>
    web?.ports.map(
      ({ port }) => clusterResource(web, `web/${port}`, port, web.weighsZonesFrom(from))?.version,
    ),
  )
  const assignments = seen.map(({ from, web }) =>
    web?.ports.map(({ port }) => {
      const decision = web.decision(port)
      return decision && assignmentResource('web', assign(decision, world.locate(from))).version
    }),
  )
  return { clusters, assignments }
}

test('what is touched step by step adds up to what one who loads it all serves', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), steps => {
      const entries = new Map<string, StoredEntry>()
      let world = World.EMPTY
      let told = served(world)
      for (const { source, topology: pushed, rows, kinds, isRemoved } of steps) {
        const touching = [...stored(source, { topology: pushed }, world.revision + 1), ...rows]
          .filter(({ kind }) => kinds.includes(kind))
          .map(one => ({ ...one, created: entries.get(keyOf(one))?.created ?? one.created }))
        for (const one of touching) {
          if (isRemoved) entries.delete(keyOf(one))
          else entries.set(keyOf(one), one)
        }
        const next = isRemoved ? after(world, [], touching) : after(world, touching)
        world = next.world
        const { clusters, assignments } = served(world)
        told = {
          clusters: next.touched.settings.has('default/web') ? clusters : told.clusters,
          assignments: next.touched.services.has('default/web') ? assignments : told.assignments,
        }
        const { world: fresh } = after(World.EMPTY, [...entries.values()].reverse())
        expect(told).toEqual(served(fresh))
        expect(world.endpointCounts.toObject()).toEqual(fresh.endpointCounts.toObject())
      }
    }),
    { numRuns: 120 },
  )
}, 60_000)
