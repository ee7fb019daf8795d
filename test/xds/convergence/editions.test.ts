import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Editions } from '../../../src/xds/convergence/editions.ts'

test('while the database does not go back, editions are its revisions', () => {
  const editions = new Editions(3)
  expect(editions.current).toBe(3)
  editions.show(7)
  expect([editions.current, editions.of(9), editions.revisionOf(3)]).toEqual([7, 9, 3])
})

test('a database without any revision is edition 0, however often that is said', () => {
  const editions = new Editions(0)
  editions.show(0)
  expect(editions.current).toBe(0)
})

test('a revision that falls is a later edition, and what was said of earlier ones stays true', () => {
  const editions = new Editions(20)
  editions.show(14)
  expect(editions.current).toBe(21)
  expect([editions.revisionOf(20), editions.revisionOf(21), editions.revisionOf(0)]).toEqual([20, 14, 0])
  editions.show(16)
  expect([editions.current, editions.of(17)]).toEqual([23, 24])
})

test('a number that is handed out again is another edition', () => {
  const editions = new Editions(5)
  editions.show(5)
  expect([editions.current, editions.revisionOf(6)]).toEqual([6, 5])
})

test('whatever revisions come, editions grow and tell the revision that they showed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), revisions => {
      const editions = new Editions(0)
      const shown = [0]
      for (const revision of revisions) {
        editions.show(revision)
        expect(editions.current).toBeGreaterThan(shown.at(-1) as number)
        shown.push(editions.current)
      }
      expect(shown.map(one => editions.revisionOf(one))).toEqual([0, ...revisions])
    }),
  )
})
