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

/** When health is no longer looked at; nothing where nothing is checked, since all endpoints are well then. */
export function panic({ active, passive, panicThreshold = PANIC_THRESHOLD }: HealthCheck = {}): object {
  if (active === undefined && passive === undefined) return {}
  return { commonLbConfig: { healthyPanicThreshold: { value: panicThreshold } } }
}
