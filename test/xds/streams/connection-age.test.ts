import { expect, test } from 'vitest'
import { connectionAgeOptions, streamLifetime } from '../../../src/xds/streams/connection-age.ts'

const LIMIT = 1_800_000

test('streams end at moments of their own, from half of the limit to all of it', () => {
  expect([0, 0.5, 1].map(random => streamLifetime(LIMIT, random))).toEqual([900_000, 1_350_000, 1_800_000])
})

test('by the first of these moments every client was asked to go elsewhere', () => {
  // The library's jitter: it waits for up to a tenth longer than it is told.
  const latest = (connectionAgeOptions(LIMIT)['grpc.max_connection_age_ms'] ?? 0) * 1.1
  expect(latest).toBeLessThanOrEqual(streamLifetime(LIMIT, 0))
  expect(latest).toBeGreaterThan(LIMIT * 0.49)
})
