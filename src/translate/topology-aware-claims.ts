import { type TopologyAwareHints, topologyAwareHints } from '../locality/topology-aware.ts'
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
    hints.set(source, topologyAwareHints(counted, capacities.of(source)))
  }
  return hints
}
