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
export function zoneCapacities(source: CapacitySource): ZoneCapacities {
  // One bad node is enough: the whole cluster's ratios would be wrong.
  const unfit = source.nodes.filter(isCounted).find(one => !isFit(one))
  return unfit === undefined ? ratios(summed(source)) : { known: false, obstacle: obstacleOf(unfit) }
}

/** CPUs of one zone, of all its nodes or as it was declared. */
export interface ZoneCpus extends Place {
  readonly cpus: number
}

/** What is known of one source: nodes without a zone or CPUs are left out. */
export function knownCpus(source: CapacitySource): ZoneCpus[] {
  return summed(source).map(({ region, zone, cpus }) => ({ region, zone, cpus: milliCpus(cpus) / 1000 }))
}

function isCounted({ controlPlane, ready }: Node): boolean {
  return controlPlane !== true && ready !== false
}

function isFit({ zone, cpu = '' }: Node): boolean {
  return !!zone && nanoCpus(cpu) > 0n
}

interface Cpus extends Place {
  /** Billionths: the finest that Kubernetes knows. */
  readonly cpus: bigint
}

/** Each zone once, by name. */
function summed({ nodes, zones, regionOf }: CapacitySource): Cpus[] {
  const all = nodes.length === 0 ? declaredCpus(zones) : nodeCpus(nodes, regionOf)
  const byZone = new Map<string, Cpus>()
  for (const one of all) {
    const key = zoneKey(one)
    byZone.set(key, { ...one, cpus: one.cpus + (byZone.get(key)?.cpus ?? 0n) })
  }
  return [...byZone.values()].sort((a, b) => compare(zoneKey(a), zoneKey(b)))
}

function nodeCpus(nodes: readonly Node[], regionOf: CapacitySource['regionOf']): Cpus[] {
  return nodes
    .filter(one => isCounted(one) && isFit(one))
    .map(({ zone = '', cpu = '' }) => ({ region: regionOf(zone), zone, cpus: nanoCpus(cpu) }))
}

function declaredCpus(zones: readonly Zone[]): Cpus[] {
  return zones
    .map(({ zone, region = '', capacity = 0 }) => ({ region, zone, cpus: nanoCpus(capacity.toFixed(9)) }))
    .filter(({ cpus }) => cpus > 0n)
}

function obstacleOf({ name, zone }: Node): string {
  return zone ? `the CPUs of node ${name} are not known` : `the zone of node ${name} is not known`
}

function ratios(zones: readonly Cpus[]): ZoneCapacities {
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
