import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { percentile, rounded } from '../../demo/latency.ts'
import type { StoredEntry } from '../../src/model/change.ts'
import type { Viewpoint } from '../../src/model/viewpoint.ts'
import type { MergedService } from '../../src/translate/merged-service.ts'
import { clusterName } from '../../src/translate/names.ts'
import { World } from '../../src/translate/world.ts'
import { ServiceResources } from '../../src/xds/tables/service-resources.ts'
import { after, demandRows, stored } from '../../test/support/world.ts'
import { manyServices, zoneName } from './many-services.ts'
import { measure } from './measure.ts'

/**
 * Assignments of 10,000 services of 10 endpoints, in this process, from the entries' texts to bytes on the wire: all of
 * them from cold for 3 zones; those of one changed service; and what 1,000 nodes keep in memory when a tenth of the
 * services prefers the node. The processor's time stands beside the clock's, for machines that have other work too.
 */
const SERVICES = 10_000
const ZONES = 3
const NODES = 1_000
const PORT = 80
const RUNS = 5
const CHANGES = 1_000
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

await measure('locality-speed', async () => {
  const byRule = Object.entries(RULES).map(([rule, locality]) => {
    const entries = [...stored('fleet', { topology: manyServices({ ...SIZE, locality }) }, 1), ...DEMAND]
    return [rule, { cold: cold(entries), oneChanged: oneChanged(entries) }] as const
  })
  const tenthOnNodes = manyServices({ ...SIZE, sameNode: SERVICES / 10 })
  const nodes = onEveryNode(stored('fleet', { topology: tenthOnNodes }, 1))
  return {
    right:
      byRule.every(([, { cold }]) => cold.assignments === SERVICES * ZONES) &&
      // Of PreferSameNode one for each node with an endpoint and one for each zone; of the others one for each zone.
      nodes.assignments === (SERVICES / 10) * (10 + ZONES) + (SERVICES - SERVICES / 10) * ZONES,
    services: SERVICES,
    ...Object.fromEntries(byRule),
    tenthPreferSameNode: { nodes: NODES, ...nodes },
  }
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
    return timed(() => {
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
    return timed(() => {
      world = after(world, [changed]).world
      const service = world.service(entry.namespace, entry.name) as MergedService
      assignFor(world, new ServiceResources(service), zoneViewpoints)
    })
  })
  return middle(runs.slice(WARM_UP))
}

function onEveryNode(entries: readonly StoredEntry[]) {
  const before = memory()
  const { value, ms, cpuMs } = timed(() => {
    const { world, resources } = coldStart(entries)
    for (const one of resources) assignFor(world, one, nodeViewpoints)
    return { world, resources }
  })
  const after = memory()
  return {
    lookUps: value.resources.length * NODES,
    assignments: held(value.resources),
    ms: rounded(ms),
    cpuMs: rounded(cpuMs),
    entriesMiB: Math.round(entries.reduce((sum, { body }) => sum + body.length, 0) / 2 ** 20),
    keptMiB: after.heldMiB - before.heldMiB,
    rssMiB: after.rssMiB,
  }
}

function held(resources: readonly ServiceResources[]): number {
  return resources.reduce((sum, one) => sum + one.assignmentsHeld, 0)
}

interface Timed<T> {
  readonly value: T
  readonly ms: number
  /** Of all threads, the garbage collector's too: it may be more than the clock's. */
  readonly cpuMs: number
}

function timed<T>(action: () => T): Timed<T> {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  const value = action()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { value, ms, cpuMs: (user + system) / 1000 }
}

function middle(runs: readonly Timed<unknown>[]): object {
  const of = (values: readonly number[]) => Math.round(percentile(values, 0.5) * 1000) / 1000
  return { medianMs: of(runs.map(one => one.ms)), medianCpuMs: of(runs.map(one => one.cpuMs)) }
}

/** Twice: the memory of buffers that the first finds is given back beside it, and counted by the second. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
}

/** What cannot be collected, and what the process has of the machine. */
function memory(): { heldMiB: number; rssMiB: number } {
  collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  const inMiB = (bytes: number) => Math.round(bytes / 2 ** 20)
  return { heldMiB: inMiB(heapUsed + external), rssMiB: inMiB(rss) }
}
