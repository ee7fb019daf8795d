import { describe, expect, test } from 'vitest'
import { refusals, storedService } from './traffic-settings.ts'

describe("of a circuit breaker Envoy's own limits are not stored", () => {
  test.each<[object, object]>([
    [{}, {}],
    [
      {
        maxConnections: 1024,
        maxPendingRequests: 1024,
        maxParallelRequests: 1024,
        maxRequestsPerConnection: 0,
      },
      {},
    ],
    [{ maxParallelRequests: 0 }, { circuitBreaker: { maxParallelRequests: 0 } }],
    // Not what stands without it: that is a budget.
    [{ maxParallelRetries: 1024 }, { circuitBreaker: { maxParallelRetries: 1024 } }],
  ])('%j is stored as %j', (circuitBreaker, kept) => {
    expect(storedService({ circuitBreaker })).toEqual(kept)
  })
})

test('a limit is a whole number of 32 bits', () => {
  const circuitBreaker = { maxConnections: -1, maxPendingRequests: 1.5, maxParallelRequests: 2 ** 32 }
  expect(refusals({ circuitBreaker })).toEqual([
    '/circuitBreaker/maxConnections',
    '/circuitBreaker/maxParallelRequests',
    '/circuitBreaker/maxPendingRequests',
  ])
  expect(refusals({ circuitBreaker: { maxRetries: 3 } })).toEqual(['/circuitBreaker/maxRetries'])
})
