import type { Map as ImmutableMap } from 'immutable'
import { type ZoneCapacities, zoneCapacities } from '../locality/zone-capacities.ts'
import { byName } from '../model/order.ts'
import type { Node, Zone } from '../model/topology.ts'
import type { Regions } from './regions.ts'

/** By source, then by name. */
export type Nodes = ImmutableMap<string, ImmutableMap<string, Node>>
/** By `source/name` of the entry. */
export type Zones = ImmutableMap<string, { readonly source: string; readonly zone: Zone }>

/** How each source's CPUs are spread over its zones: worked out for a source when it is first asked for. */
export class Capacities {
  readonly #nodes: Nodes
  readonly #zones: Zones
  readonly #regions: Regions
  readonly #made = new Map<string, ZoneCapacities>()

  constructor(nodes: Nodes, zones: Zones, regions: Regions) {
    this.#nodes = nodes
    this.#zones = zones
    this.#regions = regions
  }

  of(source: string): ZoneCapacities {
    const known = this.#made.get(source)
    if (known !== undefined) return known
    const made = zoneCapacities({
      nodes: [...(this.#nodes.get(source)?.values() ?? [])].sort(byName),
      zones: [...this.#zones.values()].flatMap(one => (one.source === source ? [one.zone] : [])),
      regionOf: zone => this.#regions.ofEndpoint(source, zone),
    })
    this.#made.set(source, made)
    return made
  }
}
