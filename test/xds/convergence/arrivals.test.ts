import { expect, test } from 'vitest'
import { Arrivals } from '../../../src/xds/convergence/arrivals.ts'

test('tells when the first edition came that somebody has not answered', () => {
  const arrivals = new Arrivals()
  expect(arrivals.firstAfter(0)).toBeUndefined()
  arrivals.came(3, new Date(3_000))
  arrivals.came(7, new Date(7_000))
  expect([0, 2, 3, 6, 7, 9].map(edition => arrivals.firstAfter(edition)?.getTime())).toEqual([
    3_000,
    3_000,
    7_000,
    7_000,
    undefined,
    undefined,
  ])
})

test('forgets what came long ago: whoever is that far behind is so at least since the oldest that is known', () => {
  const arrivals = new Arrivals()
  for (let edition = 1; edition <= 1_500; edition += 1) arrivals.came(edition, new Date(edition))
  expect(arrivals.firstAfter(3)?.getTime()).toBe(501)
})
