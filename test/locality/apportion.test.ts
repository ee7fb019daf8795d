import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apportion } from '../../src/locality/apportion.ts'

test('the largest remainders are rounded up, and of equal ones the first', () => {
  expect(apportion([0.25, 0.34, 0.41], 10)).toEqual([3, 3, 4])
  expect(apportion([1 / 3, 1 / 3, 1 / 3], 10_000)).toEqual([3334, 3333, 3333])
  expect(apportion([0.00001, 0.99999], 10_000)).toEqual([0, 10_000])
})

test('the sum is the total, and each is less than 1 away from its share of it', () => {
  const parts = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 })
    .filter(all => all.some(one => one > 0))
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 10_000 }), (all, total) => {
      const sum = all.reduce((before, one) => before + one, 0)
      const shares = all.map(one => one / sum)
      const whole = apportion(shares, total)
      expect(whole.reduce((before, one) => before + one, 0)).toBe(total)
      whole.forEach((one, index) => {
        expect(Math.abs(one - (shares[index] as number) * total)).toBeLessThan(1)
        if (all[index] === 0) expect(one).toBe(0)
      })
    }),
  )
})
