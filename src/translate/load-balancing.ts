import { type HealthCheck, PANIC_THRESHOLD } from '../model/health-check.ts'
import type { LoadBalancer } from '../model/load-balancer.ts'
import { envoyDuration } from './envoy-duration.ts'

/** The fields of a cluster that say which endpoint of those in use gets the next request. */
export function loadBalancing({
  type = 'LeastRequest',
  consistentHash,
  slowStart,
}: LoadBalancer = {}): object {
  const slow = slowStart && { slowStartConfig: { slowStartWindow: envoyDuration(slowStart.window) } }
  switch (type) {
    case 'LeastRequest':
      return { lbPolicy: 'LEAST_REQUEST', ...(slow && { leastRequestLbConfig: slow }) }
    case 'RoundRobin':
      return { lbPolicy: 'ROUND_ROBIN', ...(slow && { roundRobinLbConfig: slow }) }
    case 'Random':
      return { lbPolicy: 'RANDOM' }
    case 'ConsistentHash': {
      const tableSize = consistentHash?.tableSize
      return { lbPolicy: 'MAGLEV', ...(tableSize !== undefined && { maglevLbConfig: { tableSize } }) }
    }
  }
}

/**
 * How long Envoy gathers changes of health before its workers see them. By itself it is a second: measured, an endpoint
 * that was well again got none of the next 100 requests. Not nothing: the checks of many endpoints come in bursts.
 */
const UPDATE_MERGE_WINDOW = '0.02s'

/** The fields of `commonLbConfig` that say what a load balancer makes of health; none where nothing is checked. */
export function heededHealth({
  active,
  passive,
  panicThreshold = PANIC_THRESHOLD,
}: HealthCheck = {}): object {
  if (active === undefined && passive === undefined) return {}
  return { healthyPanicThreshold: { value: panicThreshold }, updateMergeWindow: UPDATE_MERGE_WINDOW }
}
