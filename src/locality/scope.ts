import type { Viewpoint } from '../model/viewpoint.ts'
import type { Balance } from './balance.ts'
import type { Decision, Hinted } from './decision.ts'
import { nodeKey, zoneKey } from './place.ts'

/** Which endpoints the hints choose for a viewpoint: those for its node, for its zone, or all. */
export type Scope = 'node' | 'zone' | 'all'

export function scopeOf(decision: Decision, viewpoint: Viewpoint): Scope {
  if (isScarce(decision, viewpoint)) return 'all'
  if (viewpoint.node !== '' && decision.nodes.has(nodeKeyOf(decision, viewpoint))) return 'node'
  if (viewpoint.zone !== '' && decision.zones.has(zoneKey(viewpoint))) return 'zone'
  return 'all'
}

function nodeKeyOf({ sources }: Decision, viewpoint: Viewpoint): string {
  return nodeKey(viewpoint.node, viewpoint, sources.size > 1)
}

/**
 * Whether the zone has too few endpoints to do without the others (`minEndpoints`): then neither it nor a node in it is
 * served on its own. A node is not asked for as many: it is a part of its zone.
 */
export function isScarce({ policy, hintsByZone }: Decision, viewpoint: Viewpoint): boolean {
  const { value: minimum } = policy.minEndpoints
  return minimum > 1 && viewpoint.zone !== '' && (hintsByZone.get(zoneKey(viewpoint)) ?? 0) < minimum
}

export function isInScope(
  { nodes, zones }: Hinted,
  scope: Scope,
  viewpoint: Viewpoint,
  decision: Decision,
): boolean {
  if (scope === 'all') return true
  if (scope === 'node') return nodes.includes(nodeKeyOf(decision, viewpoint))
  return zones.some(({ region, zone }) => region === viewpoint.region && zone === viewpoint.zone)
}

/** What shares a viewpoint's requests out between zones; undefined where all endpoints are used, or none can be. */
export function balanceFor({ balance, eligible }: Decision, viewpoint: Viewpoint): Balance | undefined {
  return viewpoint.zone === '' || eligible.length === 0 ? undefined : balance
}

/** Whether it makes a difference that the viewpoint's source comes first: it and others have eligible endpoints. */
export function prefersSource({ policy, sources }: Decision, { source }: Viewpoint): boolean {
  return policy.preferSource.value && sources.size > 1 && sources.has(source)
}
