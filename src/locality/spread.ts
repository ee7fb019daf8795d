import type { AssignedEndpoint, Assignment } from './assignment.ts'
import type { Candidate } from './candidate.ts'
import { overprovisioningFactor } from './overprovisioning.ts'
import { type PriorityLoad, priorityLoads } from './priority-load.ts'
import { sum } from './sum.ts'

/** What of a service's cluster decides how its Envoys spread requests over an assignment. */
export interface Balancing {
  /** Which endpoint of those in use gets the next request. `Random` takes no notice of the endpoints' weights. */
  readonly balancer: 'LeastRequest' | 'RoundRobin' | 'Random' | 'ConsistentHash'
  /** A locality is picked by its weight before an endpoint in it is (`locality_weighted_lb_config`). */
  readonly weighsZones: boolean
  /** Per cent of healthy endpoints below which a priority may panic; 0: never. */
  readonly panicThreshold: number
}

export interface Spread {
  /** Of the requests from the assignment's viewpoint, 0 to 1, by the endpoints of the assignment. All 0: answered 503. */
  readonly shares: readonly number[]
  /** Some requests are sent to endpoints whatever their health. */
  readonly panics: boolean
}

type IsHealthy = (candidate: Candidate) => boolean

/**
 * How an Envoy spreads requests over an assignment, given which endpoints are healthy: as many as it sends in the long
 * run, before any retry. Least request keeps unequal weights of endpoints only while few requests are under way at once
 * (its documentation: with more, the endpoints with the least of them win over the weights).
 */
export function spread(assignment: Assignment, isHealthy: IsHealthy, balancing: Balancing): Spread {
  const { endpoints } = assignment
  const steps = stepsOf(endpoints)
  const shares = new Array<number>(endpoints.length).fill(0)
  if (steps.length === 0) return { shares, panics: false }
  const health = steps.map(members => ({
    endpoints: members.length,
    healthy: members.filter(index => isHealthy(at(endpoints, index).candidate)).length,
  }))
  const factor = overprovisioningFactor(assignment)
  const loads = priorityLoads(health, { factor, panicThreshold: balancing.panicThreshold })
  steps.forEach((members, priority) => {
    const { load, panics } = at(loads, priority)
    if (load === 0) return
    const weights = weightsInStep(
      members.map(index => at(endpoints, index)),
      isHealthy,
      { ...balancing, factor, panics },
    )
    const total = sum(weights)
    if (total === 0) return
    members.forEach((index, member) => {
      shares[index] = ((load / 100) * at(weights, member)) / total
    })
  })
  return { shares, panics: loads.some(isPanic) }
}

function isPanic({ load, panics }: PriorityLoad): boolean {
  return panics && load > 0
}

/** By priority: which of the endpoints stand there. */
function stepsOf(endpoints: readonly AssignedEndpoint[]): number[][] {
  const steps: number[][] = []
  endpoints.forEach(({ priority }, index) => {
    if (priority === null) return
    const step = steps[priority] ?? []
    steps[priority] = step
    step.push(index)
  })
  return steps
}

interface InStep extends Balancing {
  readonly factor: number
  readonly panics: boolean
}

/** How the endpoints of one priority are to each other, as that priority's load balancer picks them. */
function weightsInStep(
  members: readonly AssignedEndpoint[],
  isHealthy: IsHealthy,
  { balancer, weighsZones, factor, panics }: InStep,
): number[] {
  const isUsed = ({ candidate }: AssignedEndpoint) => panics || isHealthy(candidate)
  const weightOf = ({ candidate }: AssignedEndpoint) => (balancer === 'Random' ? 1 : candidate.weight)
  const isHashed = balancer === 'ConsistentHash'
  // In a panic all endpoints are one pool, whatever their localities; a hash's table keeps their weights.
  if (!weighsZones || (panics && !isHashed)) return members.map(one => (isUsed(one) ? weightOf(one) : 0))
  const localities = new Map<string, { count: number; used: number; weight: number; sum: number }>()
  for (const one of members) {
    const locality = localities.get(localityKey(one)) ?? { count: 0, used: 0, weight: 0, sum: 0 }
    localities.set(localityKey(one), locality)
    locality.count += 1
    locality.weight += one.portion
    if (!isUsed(one)) continue
    locality.used += 1
    locality.sum += weightOf(one)
  }
  return members.map(one => {
    const locality = localities.get(localityKey(one))
    if (locality === undefined || !isUsed(one)) return 0
    // HostSetImpl::effectiveLocalityWeight; tables of hashes leave the weight as it is (thread_aware_lb_impl.cc).
    const healthy = isHashed ? 1 : Math.min(1, ((factor / 100) * locality.used) / locality.count)
    return (locality.weight * healthy * weightOf(one)) / locality.sum
  })
}

function localityKey({ candidate: { region, zone, subZone } }: AssignedEndpoint): string {
  return `${region}/${zone}/${subZone}`
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T
}
