import type { CircuitBreaker } from '../model/circuit-breaker.ts'

/**
 * The `circuit_breakers` of a cluster. A retry budget stands in place of Envoy's three concurrent retries, which fail
 * 29 % of the requests of a dead endpoint's first moment: when a zone goes, every request under way is a retry. A number
 * of retries is the service's word and takes the budget's place.
 */
export function circuitBreakers(limits: CircuitBreaker = {}): object {
  const { maxConnections, maxPendingRequests, maxParallelRequests, maxParallelRetries } = limits
  return {
    thresholds: [
      {
        ...(maxConnections !== undefined && { maxConnections }),
        ...(maxPendingRequests !== undefined && { maxPendingRequests }),
        ...(maxParallelRequests !== undefined && { maxRequests: maxParallelRequests }),
        ...(maxParallelRetries === undefined
          ? { retryBudget: { budgetPercent: { value: 100 }, minRetryConcurrency: 100 } }
          : { maxRetries: maxParallelRetries }),
      },
    ],
  }
}
