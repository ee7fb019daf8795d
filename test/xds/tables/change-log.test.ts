import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChangeLog } from '../../../src/xds/tables/change-log.ts'

test('a reader gets each name once, at its last change, oldest first', () => {
  const log = new ChangeLog()
  for (const name of [1, 2, 1, 3]) log.record(name)
  expect([...log.since(0)]).toEqual([2, 1, 3])
  expect([...log.since(3)]).toEqual([3])
  expect([...log.since(log.position)]).toEqual([])
})

test('what every reader has seen can be dropped, and positions go on', () => {
  const log = new ChangeLog()
  log.record(1)
  log.record(2)
  log.clear()
  expect([...log.since(0)]).toEqual([])
  log.record(1)
  expect(log.position).toBe(3)
  expect([...log.since(2)]).toEqual([1])
})

test('it reads as a list of all changes would, whatever was recorded and compacted', () => {
  const operation = fc.option(fc.integer({ min: 0, max: 40 }), { freq: 200 })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400, size: 'max' }), fc.nat(400), (operations, cursor) => {
      const log = new ChangeLog()
      const last = new Map<number, number>()
      for (const name of operations) {
        if (name === null) {
          log.clear()
          last.clear()
        } else {
          log.record(name)
          last.set(name, log.position)
        }
      }
      const expected = [...last].filter(([, at]) => at > cursor).sort((a, b) => a[1] - b[1])
      expect([...log.since(cursor)]).toEqual(expected.map(([name]) => name))
    }),
  )
})
