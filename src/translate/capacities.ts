import type { Map as ImmutableMap } from 'immutable'
import { zoneKey } from '../locality/place.ts'
import {
  type CapacitySource,
  knownCpus,
  type ZoneCapacities,
  zoneCapacities,
} from '../locality/zone-capacities.ts'
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
    const made = zoneCapacities(this.#said(source))
    this.#made.set(source, made)
    return made
  }

  /** The CPUs of all sources together, by `zoneKey`; only zones of which some are known. */
  cpus(): ReadonlyMap<string, number> {
    const sources = new Set([...this.#nodes.keys(), ...[...this.#zones.values()].map(one => one.source)])
    const all = new Map<string, number>()
    for (const one of [...sources].flatMap(source => knownCpus(this.#said(source)))) {
      all.set(zoneKey(one), one.cpus + (all.get(zoneKey(one)) ?? 0))
    }
    return all
  }

  #said(source: string): CapacitySource {
    return {
      nodes: [...(this.#nodes.get(source)?.values() ?? [])].sort(byName),
      zones: [...this.#zones.values()].flatMap(one => (one.source === source ? [one.zone] : [])),
      regionOf: zone => this.#regions.ofEndpoint(source, zone),
    }
  }
}
