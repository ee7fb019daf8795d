import { expect, test } from 'vitest'
import { AskedNames } from '../../../src/xds/tables/asked-names.ts'

const [first, second] = [{}, {}]

test('a changed service gives every name of its own that was asked for, once', () => {
  const asked = new AskedNames()
  asked.noteExisting('default/a', 'default/a/80')
  asked.noteExisting('default/a', 'default/a/80')
  asked.noteMissing('default/a', 'default/a/81', first)
  asked.noteExisting('default/b', 'default/b/80')
  expect(asked.take('default/a')).toEqual(['default/a/80', 'default/a/81'])
  expect(asked.take('default/a')).toEqual([])
  expect(asked.size).toBe(1)
})

test('a missing name is kept while one who asked for it is there', () => {
  const asked = new AskedNames()
  for (const asker of [first, second]) asked.noteMissing('default/gone', 'default/gone/80', asker)
  asked.leave(first)
  expect(asked.size).toBe(1)
  asked.leave(second)
  expect(asked.size).toBe(0)
})

test('a name that somebody left behind is still given to who asked for it again', () => {
  const asked = new AskedNames()
  asked.noteMissing('default/gone', 'default/gone/80', first)
  asked.take('default/gone')
  asked.noteMissing('default/gone', 'default/gone/80', second)
  asked.leave(first)
  expect(asked.take('default/gone')).toEqual(['default/gone/80'])
})

test('a missing name is not kept for who does not want it any more', () => {
  const asked = new AskedNames()
  for (const asker of [first, second]) asked.noteMissing('default/gone', 'default/gone/80', asker)
  asked.forget('default/gone/80', first)
  expect(asked.take('default/gone')).toEqual(['default/gone/80'])
  asked.noteMissing('default/gone', 'default/gone/80', first)
  asked.forget('default/gone/80', first)
  expect(asked.size).toBe(0)
})

test('a name that was never missing is forgotten without harm', () => {
  const asked = new AskedNames()
  asked.noteExisting('default/a', 'default/a/80')
  asked.forget('default/a/80', first)
  expect(asked.take('default/a')).toEqual(['default/a/80'])
})
