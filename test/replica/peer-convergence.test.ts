import { expect, test } from 'vitest'
import type { Standing } from '../../src/model/proxies.ts'
import { accountOf } from '../../src/replica/peer-convergence.ts'

/** Revisions 5 and 8 (with 6 and 7 at once): one rejected 5, one has not answered 8. */
const STANDING: Standing = {
  revision: 8,
  converged: 4,
  since: 4,
  rounds: [
    { revision: 5, acked: 2, nacked: 1, pending: 0 },
    { revision: 8, acked: 1, nacked: 0, pending: 1 },
  ],
  laggards: [
    {
      proxy: 'p1',
      node: 'n1',
      settled: 4,
      pending: [],
      nacked: [{ revision: 5, typeUrl: 'CDS', detail: 'no' }],
    },
    { proxy: 'p2', node: 'n2', settled: 5, pending: [8], nacked: [] },
  ],
}
const P1 = { proxy: 'p1', node: 'n1' }
const P2 = { proxy: 'p2', node: 'n2' }

test('the numbers are those of the round of the revision, with names', () => {
  expect(accountOf(STANDING, 5, true, undefined)).toEqual({
    isDone: true,
    convergence: { proxies: 3, acked: 2, nacked: [{ ...P1, typeUrl: 'CDS', detail: 'no' }], pending: [] },
  })
})

test.each([6, 7, 8])('of revisions that came at once, %i too, there is one round', revision => {
  expect(accountOf(STANDING, revision, true, undefined)).toEqual({
    isDone: false,
    convergence: { proxies: 2, acked: 1, nacked: [], pending: [P2] },
  })
})

test('a replica that does not show the revision yet says nothing of it', () => {
  expect(accountOf(STANDING, 9, true, undefined)).toBeUndefined()
})

test('of what stood before anybody watched, only who has not answered it is counted', () => {
  expect(accountOf(STANDING, 5, false, undefined)).toEqual({
    isDone: false,
    convergence: { proxies: 1, acked: 0, nacked: [], pending: [P1] },
  })
  expect(accountOf(STANDING, 4, false, undefined)).toEqual({
    isDone: true,
    convergence: { proxies: 0, acked: 0, nacked: [], pending: [] },
  })
})

test('where the round was dropped, what was said of it stands until all have answered', () => {
  const before = accountOf(STANDING, 8, true, undefined)
  const dropped = { ...STANDING, revision: 90, since: 20, rounds: [] }
  expect(accountOf(dropped, 8, true, before)).toEqual(before)
  expect(accountOf({ ...dropped, converged: 70 }, 8, true, before)).toEqual({
    isDone: true,
    convergence: { proxies: 2, acked: 2, nacked: [], pending: [] },
  })
})
