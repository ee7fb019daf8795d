import { z } from 'zod'
import { unlessEmpty, withoutDefaults } from './without-defaults.ts'

/** Envoy Gateway's CircuitBreaker: what each Envoy sends to a service at once, at most. */

const limit = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)

export const circuitBreaker = z.strictObject({
  maxConnections: limit.optional(),
  maxPendingRequests: limit.optional(),
  maxParallelRequests: limit.optional(),
  /** Default: as many as there are requests, and 100 in any case. A zone that dies needs that many at once. */
  maxParallelRetries: limit.optional(),
  /** 0: no limit. */
  maxRequestsPerConnection: limit.optional(),
})
export type CircuitBreaker = z.infer<typeof circuitBreaker>

/** Envoy's own, which are Envoy Gateway's. */
const DEFAULTS = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxParallelRequests: 1024,
  maxRequestsPerConnection: 0,
} as const satisfies CircuitBreaker

/** undefined where nothing is limited in another way than by default. */
export function normalCircuitBreaker(limits: CircuitBreaker): CircuitBreaker | undefined {
  return unlessEmpty(withoutDefaults(limits, DEFAULTS))
}
