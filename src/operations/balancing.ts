import type { Place } from '../locality/place.ts'
import type { Balancing } from '../locality/spread.ts'
import { PANIC_THRESHOLD } from '../model/health-check.ts'
import type { MergedService } from '../translate/merged-service.ts'

/** As `cluster` says it for the proxies of a zone; without health checks the answer is what it would be with ours. */
export function balancingOf(service: MergedService | undefined, from: Place): Balancing {
  const { loadBalancer, healthCheck } = service?.settings ?? {}
  return {
    balancer: loadBalancer?.type ?? 'LeastRequest',
    weighsZones: service?.weighsZonesFrom(from) ?? false,
    panicThreshold: healthCheck?.panicThreshold ?? PANIC_THRESHOLD,
  }
}
