import { expect, test } from 'vitest'
import { RequestRate } from '../../../src/xds/load-reports/request-rate.ts'

const WINDOW = 30_000

/** Reports of so many requests, each so many milliseconds after the one before. */
function rateOf(...reports: readonly (readonly [requests: number, after: number])[]): number {
  const rate = new RequestRate(WINDOW, 1_000)
  let now = 1_000
  for (const [requests, after] of reports) {
    now += after
    rate.report(requests, now)
  }
  return rate.perSecond
}

test('nothing was sent before the first report', () => {
  expect(rateOf()).toBe(0)
})

test('it is what was sent between reports by the time between them', () => {
  expect(rateOf([50, 10_000])).toBe(5)
  expect(rateOf([50, 10_000], [150, 10_000])).toBe(10)
})

test('reports count that cover the window, and none before these', () => {
  expect(rateOf([9_000, 10_000], [100, 10_000], [200, 10_000], [300, 10_000])).toBe(20)
  // Two and a half intervals are not enough.
  expect(rateOf([9_000, 12_000], [120, 12_000], [120, 12_000], [120, 12_000])).toBe(10)
  expect(rateOf([9_000, 10_000], [600, 60_000])).toBe(10)
})

test('reports in quick succession are no burst', () => {
  expect(rateOf([50, 0], [50, 100])).toBe(100)
  const flood = Array.from({ length: 10_000 }, () => [1, 1] as const)
  expect(rateOf(...flood)).toBeCloseTo(100, 5)
})
