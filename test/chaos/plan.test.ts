import { expect, test } from 'vitest'
import { type FaultKind, planStorm } from '../../bench/chaos/plan.ts'
import { seededRandom } from '../support/seeded-random.ts'

const plan = (seed: number) => planStorm(seededRandom(seed), 3, 20_000)
const seeds = Array.from({ length: 200 }, (_, seed) => seed)

test('a seed plans the same storm again, and another one another', () => {
  expect(plan(7)).toEqual(plan(7))
  expect(plan(7)).not.toEqual(plan(8))
})

test('all faults are mended when the storm is over, and at most three last at once', () => {
  for (const { faults, lasts } of seeds.map(plan)) {
    for (const fault of faults) {
      expect(fault.at + fault.lasts).toBeLessThanOrEqual(lasts)
      const atOnce = faults.filter(({ at, lasts }) => at <= fault.at && at + lasts >= fault.at)
      expect(atOnce.length).toBeLessThanOrEqual(3)
    }
  }
})

test('every kind of fault comes', () => {
  const kinds = new Set<FaultKind>(seeds.map(plan).flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  expect(kinds.size).toBe(13)
})
