import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backendWeights, shareEnds } from '../../../src/translate/routes/backend-shares.ts'

const weights = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 17 })

test('shares take all requests, none of them is empty, and each is as large as its weight', () => {
  fc.assert(
    fc.property(weights, all => {
      const ends = shareEnds(all)
      const total = all.reduce((sum, one) => sum + one, 0)
      const shares = ends.map((end, index) => end - (ends[index - 1] ?? 0))
      expect(ends.at(-1)).toBe(1_000_000)
      shares.forEach((share, index) => {
        const exact = ((all[index] ?? 0) / total) * 1_000_000
        expect(share).toBeGreaterThanOrEqual(1)
        // Rounded at both ends, and one millionth at least for each.
        expect(Math.abs(share - exact)).toBeLessThanOrEqual(all.length)
      })
    }),
  )
})

test('a share of next to nothing is one millionth, wherever it stands', () => {
  expect(shareEnds([1_000_000, 1, 1_000_000, 1])).toEqual([500_000, 500_001, 999_999, 1_000_000])
  expect(shareEnds([1, ...Array.from({ length: 15 }, () => 1_000_000)])[0]).toBe(1)
})

test('a backend named twice is one, unless filters are for one of the two', () => {
  const ref = { namespace: 'default', name: 'a', port: 80 }
  const filters = [{ type: 'URLRewrite' as const, urlRewrite: { hostname: 'x.org' } }]
  const { backends, unresolved } = backendWeights(
    [ref, { ...ref, weight: 2 }, { ...ref, weight: 4, filters }, { ...ref, name: 'gone', weight: 8 }],
    ({ name }) => (name === 'gone' ? undefined : name),
  )
  expect(backends.map(({ cluster, weight }) => [cluster, weight])).toEqual([
    ['a', 3],
    ['a', 4],
  ])
  expect(unresolved).toBe(8)
})
