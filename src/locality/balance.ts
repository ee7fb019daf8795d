import { compare } from '../model/order.ts'
import { type BalancedFlow, balancedFlow, type ZoneLoad } from './balanced-flow.ts'
import type { Candidate } from './candidate.ts'
import { type Place, zoneKey } from './place.ts'

/** How much the clients in a zone ask for, in any unit that is the same for all zones. */
export interface PlacedDemand extends Place {
  readonly demand: number
}

/** What a service has in a zone: the sum of the weights of its eligible endpoints. */
interface ZoneCapacity extends Place {
  readonly capacity: number
}

/** All that the flow of a balanced service is made of beside the demand. */
export interface BalancedZones {
  /** By the names of the zones. */
  readonly capacities: readonly ZoneCapacity[]
  /** Per cent. */
  readonly headroom: number
}

/** How a balanced service's requests are shared out, before any viewpoint. */
export interface Balance extends BalancedZones {
  /** How many are eligible. */
  readonly endpoints: number
  readonly loads: readonly ZoneLoad[]
  readonly flow: BalancedFlow
}

/**
 * Endpoints of which no zone is known have a place of their own, in the region that is known of them: no proxy stands
 * there, so they take in what others may not keep, at the distance at which they would stand by.
 */
export function balance(
  endpoints: readonly Candidate[],
  demand: readonly PlacedDemand[],
  headroom: number,
): Balance {
  const capacities = new Map<string, ZoneCapacity>()
  for (const { region, zone, weight } of endpoints) {
    const key = zoneKey({ region, zone })
    capacities.set(key, { region, zone, capacity: weight + (capacities.get(key)?.capacity ?? 0) })
  }
  const sorted = [...capacities.values()].sort((a, b) => compare(zoneKey(a), zoneKey(b)))
  const zones = { capacities: sorted, headroom }
  const loads = loadsOf(zones, demand)
  return { ...zones, endpoints: endpoints.length, loads, flow: balancedFlow(loads, headroom) }
}

/** Each zone that has something, or asks for something. */
export function loadsOf({ capacities }: BalancedZones, demand: readonly PlacedDemand[]): ZoneLoad[] {
  const loads = new Map<string, ZoneLoad>()
  for (const one of capacities) loads.set(zoneKey(one), { ...one, demand: 0 })
  for (const one of demand) {
    const capacity = loads.get(zoneKey(one))?.capacity ?? 0
    loads.set(zoneKey(one), { ...one, capacity })
  }
  return [...loads.values()]
}
