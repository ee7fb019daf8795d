import { expect, test } from 'vitest'
import { LastingPeak } from '../../src/replica/lasting-peak.ts'
import { Pace } from '../../src/replica/pace.ts'

test('a rise counts when it has lasted, and then for the window', () => {
  const peak = new LastingPeak(8, 30)
  peak.set(10, 0)
  expect([peak.at(0), peak.changesAfter(0), peak.at(7), peak.at(8)]).toEqual([0, 8, 0, 10])
  peak.set(20, 10)
  peak.set(10, 17)
  expect([peak.at(17), peak.at(18), peak.at(60)]).toEqual([10, 10, 10])
  peak.set(4, 100)
  expect([peak.at(100), peak.changesAfter(100), peak.at(129), peak.at(130)]).toEqual([10, 130, 10, 4])
})

test('of several rises what all of the time had counts', () => {
  const peak = new LastingPeak(8, 30)
  peak.set(10, 0)
  peak.set(15, 5)
  expect([peak.at(8), peak.at(12), peak.at(13)]).toEqual([10, 10, 15])
})

test('without a hold it is the peak', () => {
  const peak = new LastingPeak(0, 30)
  peak.set(10, 0)
  expect(peak.at(0)).toBe(10)
  peak.set(3, 1)
  expect([peak.at(1), peak.at(30), peak.at(31)]).toEqual([10, 10, 3])
})

test('after a burst there are so many a second, and after a quiet time a burst again', () => {
  const pace = new Pace(4)
  const waits = Array.from({ length: 6 }, () => {
    const wait = pace.wait(1_000)
    pace.take(1_000)
    return wait
  })
  expect(waits).toEqual([0, 0, 0, 0, 250, 500])
  expect(pace.wait(10_000)).toBe(0)
})
