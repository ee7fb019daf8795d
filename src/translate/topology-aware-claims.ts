import type { Place } from '../locality/place.ts'
import { type TopologyAwareHints, topologyAwareHints } from '../locality/topology-aware.ts'
import type { ZoneCapacities } from '../locality/zone-capacities.ts'
import { type EndpointClaim, endpointPlace } from './service-candidates.ts'
import type { Surroundings } from './surroundings.ts'

/** What Topology Aware Routing says for each source by its own capacities; one that gives hints has decided itself. */
export function topologyAwareClaims(
  claims: readonly EndpointClaim[],
  { regions, capacities }: Surroundings,
): Map<string, TopologyAwareHints> {
  const hints = new Map<string, TopologyAwareHints>()
  for (const { source, endpoints } of claims) {
    if (endpoints.length === 0 || endpoints.some(one => one.hints !== undefined)) continue
    const counted = endpoints.map(one => ({
      name: one.name,
      ...endpointPlace(source, one, regions),
      ready: one.ready === undefined ? true : one.ready,
      weight: one.weight ?? 1,
    }))
    hints.set(
      source,
      topologyAwareHints(
        counted,
        whereTheyStand(capacities.of(source), counted, zone => regions.possible(source, zone)),
      ),
    )
  }
  return hints
}

/**
 * Nodes do not say their region, and zones need not. Where nobody declares it, what the endpoints say of it counts: the
 * CPUs of such a zone would be those of another one than its endpoints'.
 */
function whereTheyStand(
  capacities: ZoneCapacities,
  endpoints: readonly Place[],
  declared: (zone: string) => readonly string[],
): ZoneCapacities {
  if (!capacities.known) return capacities
  const zones = capacities.zones.map(rated => {
    if (declared(rated.zone).some(region => region !== '')) return rated
    const regions = new Set(endpoints.flatMap(one => (one.zone === rated.zone ? one.region : [])))
    return { ...rated, region: regions.size === 1 ? ([...regions][0] ?? '') : '' }
  })
  return { ...capacities, zones }
}
