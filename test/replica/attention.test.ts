import { expect, test } from 'vitest'
import { Attention } from '../../src/replica/attention.ts'

test.each([
  ['time passes', { wall: 70_000, steady: 60_500 }, 10_000],
  ['the clock is set by a little', { wall: 70_900, steady: 60_500 }, 10_000],
  ['the machine slept, or the clock was set forward', { wall: 3_600_000, steady: 60_500 }, 3_600_000],
  ['the clock was set back', { wall: 5_000, steady: 60_500 }, 5_000],
])('when %s, it listens since then or still since the start', (_, now, since) => {
  const attention = new Attention({ wall: 10_000, steady: 500 })
  expect(attention.since(now)).toBe(since)
  expect(attention.since({ wall: now.wall + 1000, steady: now.steady + 1000 })).toBe(since)
})

test('it listens anew after nothing could be heard', () => {
  const attention = new Attention({ wall: 0, steady: 0 })
  attention.restart({ wall: 5_000, steady: 5_000 })
  expect(attention.since({ wall: 9_000, steady: 9_000 })).toBe(5_000)
})
