import { sum } from './sum.ts'

/** The endpoints of one priority, counted: Envoy's priorities know no weights. */
export interface PriorityHealth {
  readonly endpoints: number
  readonly healthy: number
}

/** What one priority gets. */
export interface PriorityLoad {
  /** Per cent of all requests: a whole number, and 100 over all priorities. */
  readonly load: number
  /** It takes no notice of health: its share goes to all of its endpoints. */
  readonly panics: boolean
}

/**
 * How Envoy shares requests out between priorities, in its own whole numbers (load_balancer_impl.cc:
 * recalculatePerPriorityState, recalculatePerPriorityPanic, recalculateLoadInTotalPanic). A priority takes as much as
 * its healthy endpoints can bear by the overprovisioning factor, the next one the rest. Only when all together cannot
 * bear everything does one panic whose healthy endpoints are fewer than the threshold.
 *
 * `factor` and `panicThreshold` are in per cent; a threshold of 0 never panics. At least one priority is given.
 */
export function priorityLoads(
  priorities: readonly PriorityHealth[],
  { factor, panicThreshold }: { readonly factor: number; readonly panicThreshold: number },
): PriorityLoad[] {
  const availabilities = priorities.map(({ endpoints, healthy }) =>
    endpoints === 0 ? 0 : Math.min(100, Math.floor((factor * healthy) / endpoints)),
  )
  const total = Math.min(100, sum(availabilities))
  const panics = priorities.map(
    ({ endpoints, healthy }) =>
      total < 100 && (endpoints === 0 ? 0 : (100 * healthy) / endpoints) < panicThreshold,
  )
  const loads = panics.every(Boolean) ? loadsInTotalPanic(priorities) : loadsByHealth(availabilities, total)
  return loads.map((load, index) => ({ load, panics: panics[index] === true }))
}

function loadsByHealth(availabilities: readonly number[], total: number): number[] {
  // Nobody is healthy and nobody panics: all goes to the first priority, which has nobody to take it.
  if (total === 0) return availabilities.map((_, index) => (index === 0 ? 100 : 0))
  let left = 100
  const loads = availabilities.map(availability => {
    const load = Math.min(left, Math.floor((availability * 100) / total))
    left -= load
    return load
  })
  return withRest(loads, left, availabilities)
}

/** Health counts for nothing any more: each priority gets a share by the number of its endpoints. */
function loadsInTotalPanic(priorities: readonly PriorityHealth[]): number[] {
  const counts = priorities.map(({ endpoints }) => endpoints)
  const all = sum(counts)
  if (all === 0) return loadsByHealth(counts, 0)
  const loads = counts.map(count => Math.floor((100 * count) / all))
  return withRest(loads, 100 - sum(loads), counts)
}

/** What rounding left over goes to the first priority that has anybody. */
function withRest(loads: readonly number[], rest: number, presence: readonly number[]): number[] {
  const first = presence.findIndex(one => one > 0)
  return loads.map((load, index) => (index === first ? load + rest : load))
}
