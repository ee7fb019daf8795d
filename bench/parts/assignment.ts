import { percentile } from '../../demo/latency.ts'
import type { StoredEntry } from '../../src/model/change.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import type { MergedService } from '../../src/translate/merged-service.ts'
import { clusterName } from '../../src/translate/names.ts'
import { World } from '../../src/translate/world.ts'
import { ServiceResources } from '../../src/xds/tables/service-resources.ts'
import { after, demandRows, stored } from '../../test/support/world.ts'
import { manyServices, zoneName } from '../acceptance/many-services.ts'
import { measure } from '../acceptance/measure.ts'
import type { PartResult } from '../part-result.ts'
import { type Cost, collectGarbage, costOf, memoryHeld } from './shared/cost.ts'
import { IS_QUICK, loadNow, round } from './shared/load.ts'

/**
 * Assignments of 10,000 services of 10 endpoints, in this process, from the entries' texts to bytes on the wire: all of
 * them from cold for 3 zones; those of one changed service; and what 1,000 nodes keep in memory when a tenth of the
 * services prefers the node. The processor's time stands beside the clock's, for machines that have other work too.
 */
const SERVICES = IS_QUICK ? 1_000 : 10_000
const ZONES = 3
const NODES = 1_000
const PORT = 80
const RUNS = IS_QUICK ? 2 : 3
const CHANGES = IS_QUICK ? 200 : 1_000
const WARM_UP = 100

const SIZE = { services: SERVICES, endpoints: 10, zones: ZONES, nodes: NODES }
const DISTRIBUTE = [0, 1, 2].map(zone => ({
  from: zoneName(zone),
  to: { [zoneName(zone)]: 80, [zoneName((zone + 1) % ZONES)]: 15, [zoneName((zone + 2) % ZONES)]: 5 },
}))

/** What is the same of all services, by the name of the row. */
const RULES = {
  PreferSameZone: {},
  Weighted: { distribute: DISTRIBUTE },
  Balanced: { mode: 'Balanced' },
}
/** So uneven that a balanced service sends requests of zone-0 to the others. */
const DEMAND = demandRows({ 'r1/zone-0': 8, 'r1/zone-1': 2, 'r1/zone-2': 1 })

const zoneViewpoints = Array.from({ length: ZONES }, (_, zone) => viewpointOn('', zone))
const nodeViewpoints = Array.from({ length: NODES }, (_, node) => viewpointOn(`node-${node}`, node % ZONES))

await measure('assignment', async () => {
  const byRule = Object.entries(RULES).map(([rule, locality]) => {
    const entries = [...stored('fleet', { topology: manyServices({ ...SIZE, locality }) }, 1), ...DEMAND]
    return { rule, cold: cold(entries), oneChanged: oneChanged(entries) }
  })
  const tenthOnNodes = manyServices({ ...SIZE, sameNode: SERVICES / 10 })
  const nodes = onEveryNode(stored('fleet', { topology: tenthOnNodes }, 1))
  return {
    right:
      byRule.every(one => one.cold.assignments === SERVICES * ZONES) &&
      // Of PreferSameNode one for each node with an endpoint and one for each zone; of the others one for each zone.
      nodes.assignments === (SERVICES / 10) * (10 + ZONES) + (SERVICES - SERVICES / 10) * ZONES,
    title: 'Assignments',
    text: `Assignments of ${SERVICES} services of 10 endpoints for ${ZONES} zones, in one process, from the stored entries to bytes on the wire: all from cold, and those of one changed service.`,
    tables: [
      {
        columns: ['mode', 'cold: assignments per CPU second', 'all: CPU ms', 'one changed service: CPU ms'],
        rows: byRule.map(({ rule, cold, oneChanged }) => [
          rule,
          Math.round((cold.assignments / cold.cpuMs) * 1_000),
          Math.round(cold.cpuMs),
          round(oneChanged.cpuMs, 3),
        ]),
      },
      {
        caption: 'A tenth of the services prefers the node, and every node asks for all of them:',
        columns: ['nodes', 'look-ups', 'assignments made', 'CPU ms', 'kept MiB'],
        rows: [
          [
            NODES,
            nodes.lookUps,
            nodes.assignments,
            Math.round(nodes.cpuMs),
            Math.round(nodes.keptBytes / 2 ** 20),
          ],
        ],
      },
    ],
    byRule,
    tenthPreferSameNode: { nodes: NODES, ...nodes },
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>
})

function viewpointOn(node: string, zone: number): Viewpoint {
  return { region: 'r1', zone: zoneName(zone), subZone: '', node, source: '', network: '' }
}

/** The world of these entries, and of each service the resources that a server would hold. */
function coldStart(entries: readonly StoredEntry[]) {
  const { world } = after(World.EMPTY, entries)
  return { world, resources: [...world.allServices()].map(service => new ServiceResources(service)) }
}

function assignFor(world: World, resources: ServiceResources, viewpoints: readonly Viewpoint[]): void {
  const { namespace, name } = resources.service
  for (const viewpoint of viewpoints) {
    resources.assignment(clusterName(namespace, name, PORT), PORT, world.locate(viewpoint), 'envoy')
  }
}

function cold(entries: readonly StoredEntry[]) {
  const runs = Array.from({ length: RUNS }, () => {
    collectGarbage()
    return costOf(() => {
      const { world, resources } = coldStart(entries)
      for (const one of resources) assignFor(world, one, zoneViewpoints)
      return held(resources)
    })
  })
  return { assignments: runs[0]?.value ?? 0, ...middle(runs) }
}

/** From the changed entry to the assignments for each zone: another endpoint of another service is drained each time. */
function oneChanged(entries: readonly StoredEntry[]) {
  let { world } = coldStart(entries)
  const endpoints = entries.filter(({ kind }) => kind === 'Endpoints')
  const runs = Array.from({ length: WARM_UP + CHANGES }, (_, index) => {
    const entry = endpoints[index] as StoredEntry
    const changed = { ...entry, body: entry.body.replace('"port":8080', '"port":8080,"weight":0') }
    return costOf(() => {
      world = after(world, [changed]).world
      const service = world.service(entry.namespace, entry.name) as MergedService
      assignFor(world, new ServiceResources(service), zoneViewpoints)
    })
  })
  return middle(runs.slice(WARM_UP))
}

function onEveryNode(entries: readonly StoredEntry[]) {
  const before = memoryHeld()
  const { value, ms, cpuMs } = costOf(() => {
    const { world, resources } = coldStart(entries)
    for (const one of resources) assignFor(world, one, nodeViewpoints)
    return { world, resources }
  })
  const keptBytes = memoryHeld().held - before.held
  const lookUps = value.resources.length * NODES
  return { lookUps, assignments: held(value.resources), ms, cpuMs, keptBytes }
}

function held(resources: readonly ServiceResources[]): number {
  return resources.reduce((sum, one) => sum + one.assignmentsHeld, 0)
}

function middle(runs: readonly Cost<unknown>[]): { ms: number; cpuMs: number } {
  const of = (values: readonly number[]) => percentile(values, 0.5)
  return { ms: of(runs.map(one => one.ms)), cpuMs: of(runs.map(one => one.cpuMs)) }
}
