import { expect, test } from 'vitest'
import { LabelLimit } from '../../src/replica/label-limit.ts'

test('values that clients choose make no more than so many series, and known ones stay what they are', () => {
  const zones = new LabelLimit(2)
  const told = ['a', 'b', 'c', 'a', '', 'd', 'b'].map(value => zones.of(value))
  expect(told).toEqual(['a', 'b', 'other', 'a', 'unknown', 'other', 'b'])
})

test('a value of any length is told, and takes the place of none', () => {
  const zones = new LabelLimit(1)
  expect(['x'.repeat(1_000_000), 'a'].map(value => zones.of(value))).toEqual(['other', 'a'])
})
