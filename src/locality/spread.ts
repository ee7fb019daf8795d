import type { AssignedEndpoint, Assignment } from './assignment.ts'
import { type Host, hostsOf } from './hosts.ts'
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
  /** The part of each share that is sent to a host that is healthy. */
  readonly healthy: readonly number[]
  /** Some requests are sent to endpoints whatever their health. */
  readonly panics: boolean
}

type IsHealthy = (host: Host) => boolean

/**
 * How an Envoy spreads requests over an assignment, given which endpoints are healthy: as many as it sends in the long
 * run, before any retry. Least request keeps unequal weights of endpoints only while few requests are under way at once
 * (its documentation: with more, the endpoints with the least of them win over the weights).
 *
 * All endpoints behind a gateway are one host, healthy as long as the gateway is. How that shares out what it gets is not
 * known; it is taken to do so by their weights, and whatever their health.
 */
export function spread(assignment: Assignment, isHealthy: IsHealthy, balancing: Balancing): Spread {
  const steps = stepsOf(hostsOf(assignment))
  if (steps.length === 0) return { ...sharesOf(assignment, [], isHealthy), panics: false }
  const health = steps.map(members => ({
    endpoints: members.length,
    healthy: members.filter(isHealthy).length,
  }))
  const factor = overprovisioningFactor(assignment)
  const loads = priorityLoads(health, { factor, panicThreshold: balancing.panicThreshold })
  const sent = steps.flatMap((members, priority) => {
    const { load, panics } = at(loads, priority)
    const weights = weightsInStep(members, isHealthy, { ...balancing, factor, panics })
    const total = sum(weights)
    if (load === 0 || total === 0) return []
    return members.map((host, member) => ({ host, share: ((load / 100) * at(weights, member)) / total }))
  })
  return { ...sharesOf(assignment, sent, isHealthy), panics: loads.some(isPanic) }
}

/** What hosts get, by the endpoints that it goes to. */
function sharesOf(
  { endpoints }: Assignment,
  sent: readonly { readonly host: Host; readonly share: number }[],
  isHealthy: IsHealthy,
): Pick<Spread, 'shares' | 'healthy'> {
  const [shares, healthy] = [new Map<AssignedEndpoint, number>(), new Map<AssignedEndpoint, number>()]
  for (const { host, share } of sent) {
    const weight = sum(host.endpoints.map(one => one.candidate.weight))
    for (const one of host.endpoints) {
      const part = share * (one.candidate.weight / weight)
      shares.set(one, (shares.get(one) ?? 0) + part)
      if (isHealthy(host)) healthy.set(one, (healthy.get(one) ?? 0) + part)
    }
  }
  const listed = (parts: ReadonlyMap<AssignedEndpoint, number>) => endpoints.map(one => parts.get(one) ?? 0)
  return { shares: listed(shares), healthy: listed(healthy) }
}

function isPanic({ load, panics }: PriorityLoad): boolean {
  return panics && load > 0
}

function stepsOf(hosts: readonly Host[]): Host[][] {
  const steps: Host[][] = []
  for (const host of hosts) {
    const step = steps[host.priority] ?? []
    steps[host.priority] = step
    step.push(host)
  }
  return steps
}

interface InStep extends Balancing {
  readonly factor: number
  readonly panics: boolean
}

/** How the hosts of one priority are to each other, as that priority's load balancer picks them. */
function weightsInStep(
  members: readonly Host[],
  isHealthy: IsHealthy,
  { balancer, weighsZones, factor, panics }: InStep,
): number[] {
  const isUsed = (host: Host) => panics || isHealthy(host)
  const weightOf = ({ weight }: Host) => (balancer === 'Random' ? 1 : weight)
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

function localityKey({ region, zone, subZone }: Host): string {
  return `${region}/${zone}/${subZone}`
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T
}
