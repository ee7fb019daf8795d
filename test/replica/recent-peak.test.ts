import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentPeak } from '../../src/replica/recent-peak.ts'

const WINDOW = 10
/** Values, and how long each lasted. */
const history = fc.array(fc.tuple(fc.nat(5), fc.nat(6)), { maxLength: 20 })

test('is the highest value of the window, those included that ended in it', () => {
  fc.assert(
    fc.property(history, fc.nat(15), (steps, later) => {
      const peak = new RecentPeak(WINDOW)
      // By when each value was replaced.
      const past: { value: number; end: number }[] = []
      let now = 0
      for (const [value, lasting] of steps) {
        past.push({ value: peak.value, end: now })
        peak.set(value, now)
        now += lasting
      }
      now += later
      const seen = past.filter(one => one.end + WINDOW > now).map(one => one.value)
      expect(peak.at(now)).toBe(Math.max(peak.value, ...seen))
    }),
  )
})

test('says when it falls, until it is down', () => {
  fc.assert(
    fc.property(history, steps => {
      const peak = new RecentPeak(WINDOW)
      let now = 0
      for (const [value, lasting] of steps) {
        peak.set(value, now)
        now += lasting
      }
      for (let next = peak.fallsAfter(now); next !== undefined; next = peak.fallsAfter(now)) {
        expect(peak.at(next - 1)).toBe(peak.at(now))
        expect(peak.at(next)).toBeLessThan(peak.at(now))
        now = next
      }
      expect(peak.at(now)).toBe(peak.value)
    }),
  )
})
