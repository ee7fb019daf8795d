import { compare } from '../model/order.ts'
import type { Node, Zone } from '../model/topology.ts'
import { type Place, placeName, zoneKey } from './place.ts'

/** How one source's CPUs are spread over its zones, or why that cannot be said. */
export type ZoneCapacities =
  | { readonly known: true; readonly zones: readonly RatedZone[] }
  | { readonly known: false; readonly obstacle: string }

export interface RatedZone extends Place {
  /** Of all CPUs of the source, 0 to 1. */
  readonly ratio: number
}

export interface CapacitySource {
  readonly nodes: readonly Node[]
  readonly zones: readonly Zone[]
  /** The region of a node's zone, which nodes do not say. */
  readonly regionOf: (zone: string) => string
}

/**
 * The ratios of Topology Aware Routing as Kubernetes has them (endpointslice, topologycache.go, SetNodes); of a source
 * without nodes, from the capacities of its zones by the same arithmetic. Zones without either are unrated.
 */
export function zoneCapacities({ nodes, zones, regionOf }: CapacitySource): ZoneCapacities {
  if (nodes.length === 0) return ratios(zoneCpus(zones))
  const counted = nodes.filter(one => one.controlPlane !== true && one.ready !== false)
  const unfit = counted.find(one => !one.zone || nanoCpus(one.cpu ?? '') === 0n)
  // One bad node is enough: the whole cluster's ratios would be wrong.
  if (unfit !== undefined) return { known: false, obstacle: obstacleOf(unfit) }
  return ratios(
    counted.map(({ zone = '', cpu = '' }) => ({ region: regionOf(zone), zone, cpus: nanoCpus(cpu) })),
  )
}

interface Cpus extends Place {
  /** Billionths: the finest that Kubernetes knows. */
  readonly cpus: bigint
}

function zoneCpus(zones: readonly Zone[]): Cpus[] {
  return zones
    .map(({ zone, region = '', capacity = 0 }) => ({ region, zone, cpus: nanoCpus(capacity.toFixed(9)) }))
    .filter(({ cpus }) => cpus > 0n)
}

function obstacleOf({ name, zone }: Node): string {
  return zone ? `the CPUs of node ${name} are not known` : `the zone of node ${name} is not known`
}

function ratios(all: readonly Cpus[]): ZoneCapacities {
  const byZone = new Map<string, Cpus>()
  for (const one of all) {
    const key = zoneKey(one)
    byZone.set(key, { ...one, cpus: one.cpus + (byZone.get(key)?.cpus ?? 0n) })
  }
  const zones = [...byZone.values()].sort((a, b) => compare(zoneKey(a), zoneKey(b)))
  const [first, second] = zones
  if (first === undefined) return { known: false, obstacle: 'no zone has a known capacity' }
  if (second === undefined) return { known: false, obstacle: `only zone ${placeName(first)} has a capacity` }
  const total = milliCpus(zones.reduce((sum, one) => sum + one.cpus, 0n))
  return {
    known: true,
    zones: zones.map(({ region, zone, cpus }) => ({ region, zone, ratio: milliCpus(cpus) / total })),
  }
}

/** Thousandths, rounded up after summing (apimachinery, quantity.go, MilliValue). */
function milliCpus(cpus: bigint): number {
  return Number((cpus + 999_999n) / 1_000_000n)
}

/** "4", "3920m", "0.25"; finer than a billionth is rounded up, as ParseQuantity does. '' is 0. */
function nanoCpus(cpu: string): bigint {
  if (cpu.endsWith('m')) return BigInt(cpu.slice(0, -1)) * 1_000_000n
  const [whole = '', fraction = ''] = cpu.split('.')
  const nanos = BigInt(whole + fraction.slice(0, 9).padEnd(9, '0'))
  return /[1-9]/.test(fraction.slice(9)) ? nanos + 1n : nanos
}
