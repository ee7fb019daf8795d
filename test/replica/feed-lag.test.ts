import { expect, test } from 'vitest'
import { FeedLag } from '../../src/replica/feed-lag.ts'

test('what is known and not served is late since it was heard of first', () => {
  const lag = new FeedLag()
  lag.served(3)
  expect([lag.known, lag.since]).toEqual([3, undefined])
  lag.heard(4)
  const { since } = lag
  expect(since).toBeGreaterThan(0)
  lag.heard(5)
  expect([lag.known, lag.since]).toEqual([5, since])
  lag.served(4)
  expect(lag.since).toBeGreaterThan(since as number)
  lag.served(5)
  expect([lag.known, lag.since]).toEqual([5, undefined])
})

test('a feed that says more than was heard is not late', () => {
  const lag = new FeedLag()
  lag.heard(1)
  lag.served(2)
  expect([lag.known, lag.since]).toEqual([2, undefined])
  lag.heard(2)
  expect(lag.since).toBeUndefined()
})

test('a database that went back is late until it is followed back', () => {
  const lag = new FeedLag()
  lag.served(9)
  lag.heard(7)
  expect(lag.since).toBeDefined()
  lag.served(7)
  expect([lag.known, lag.since]).toEqual([7, undefined])
})
