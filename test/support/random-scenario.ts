import { ENVOY_ZONES, MOST_ENDPOINTS, SCENARIO_ZONES, type SimulatedScenario } from './simulation-bed.ts'

/**
 * Any service, and any loss or drained zone. Unequal weights go with RoundRobin: LeastRequest does not keep them while many requests are
 * under way.
 */
export function randomScenario(random: () => number): SimulatedScenario {
  const chance = (probability: number) => random() < probability
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const isWeighted = chance(0.4)
  const isBalanced = chance(0.25)
  const counts = SCENARIO_ZONES.map(() => pick([0, 1, 2, 3, 4]))
  const endpoints = SCENARIO_ZONES.flatMap((zone, index) =>
    Array.from({ length: counts[index] ?? 0 }, () => ({ zone, weight: isWeighted ? pick([1, 2, 3, 5]) : 1 })),
  ).slice(0, MOST_ENDPOINTS)
  const mode = pick([
    {},
    { trafficDistribution: 'PreferSameZone' },
    { trafficDistribution: 'PreferSameNode' },
    { topologyMode: 'Auto' },
  ])
  const to = Object.fromEntries(SCENARIO_ZONES.map(zone => [zone, pick([0, 5, 15, 30, 80])]))
  const from = pick(ENVOY_ZONES)
  const locality = {
    ...(chance(0.3) && { minEndpoints: pick([2, 3]) }),
    ...(chance(0.5) && { spillover: pick([50, 70, 100]) }),
    ...(chance(0.15) && { failover: 'none' }),
    ...(isBalanced && { mode: 'Balanced', headroom: pick([0, 10, 50]) }),
    ...(chance(0.4) && {
      distribute: [{ from: pick([from, pick(ENVOY_ZONES)]), to: { ...to, [from]: 40 } }],
    }),
  }
  const lostEndpoints = endpoints.flatMap((_, index) => (chance(0.45) ? [index] : []))
  return {
    from,
    settings: {
      ...mode,
      loadBalancer: { type: isWeighted ? 'RoundRobin' : pick(['RoundRobin', 'LeastRequest']) },
      locality,
    },
    ...(chance(0.4) && { panicThreshold: pick([0, 30, 50]) }),
    endpoints,
    ...(chance(0.3) && { drain: [pick([from, pick(SCENARIO_ZONES)])] }),
    lose: pick([
      {},
      { zones: [from] },
      { zones: [pick(SCENARIO_ZONES)] },
      { endpoints: lostEndpoints },
      { zones: [pick(SCENARIO_ZONES)], endpoints: lostEndpoints },
    ]),
  }
}
