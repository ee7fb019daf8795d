import { type BalancedZones, loadsOf, type PlacedDemand } from './balance.ts'
import { balancedFlow, balancedWeights, WEIGHTS } from './balanced-flow.ts'
import { zoneKey } from './place.ts'
import { sum } from './sum.ts'

/** 5 points: by so much a weight may move, and a zone be loaded above its limit, before it matters. */
const TOLERANCE = 0.05 * WEIGHTS

/**
 * Whether a balanced service would be served noticeably better by what zones ask for now than by what stands: some
 * zone's row has a weight that would move by more than 5 points, or by the standing rows a zone is loaded more than
 * 5 points (of the mean) above what it may be. The second keeps many small steps from adding up to a large one.
 */
export function isNoticeable(
  zones: BalancedZones,
  standing: readonly PlacedDemand[],
  asked: readonly PlacedDemand[],
): boolean {
  const [before, after] = [standing, asked].map(one => balancedFlow(loadsOf(zones, one), zones.headroom))
  const asking = asked.filter(one => one.demand > 0)
  if (before === undefined || after === undefined || before.capacity === 0) return false
  const loads = new Map<string, number>()
  for (const from of asking) {
    const old = new Map(balancedWeights(before, from).map(one => [zoneKey(one), one.weight]))
    const next = new Map(balancedWeights(after, from).map(one => [zoneKey(one), one.weight]))
    for (const key of new Set([...old.keys(), ...next.keys()])) {
      if (Math.abs((old.get(key) ?? 0) - (next.get(key) ?? 0)) > TOLERANCE) return true
    }
    for (const [key, weight] of old) loads.set(key, (loads.get(key) ?? 0) + weight * from.demand)
  }
  const mean = sum(asking.map(one => one.demand)) / before.capacity
  const most = WEIGHTS * (1 + zones.headroom / 100) + TOLERANCE
  return zones.capacities.some(one => (loads.get(zoneKey(one)) ?? 0) > most * mean * one.capacity)
}
