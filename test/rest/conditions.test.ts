import { describe, expect, test } from 'vitest'
import { hasAlready, writeConditions } from '../../src/rest/conditions.ts'
import { preferredWait } from '../../src/rest/prefer.ts'

describe('If-Match', () => {
  test.each([
    ['"a"', ['a']],
    ['"a", "b" ,"c"', ['a', 'b', 'c']],
    ['*', ['*']],
    ['W/"a", "b"', ['b']],
    ['W/"a"', []],
  ])('%s allows %j', (header, ifMatch) => {
    expect(writeConditions(new Headers({ 'If-Match': header }))).toEqual({ ifMatch })
  })

  test.each(['a', '"a" "b"', '', ',', 'w/"a"', '"a'])('%j is a problem', header => {
    expect(writeConditions(new Headers({ 'If-Match': header }))).toEqual([
      expect.objectContaining({ pointer: '/If-Match' }),
    ])
  })
})

test('all that is wrong with conditions is told at once', () => {
  const headers = new Headers({ 'If-Match': 'a', 'If-None-Match': '"a"', Epoch: 'x' })
  expect(writeConditions(headers)).toEqual(
    ['/If-Match', '/If-None-Match', '/Epoch'].map(pointer => expect.objectContaining({ pointer })),
  )
})

test('no condition at all asks for nothing', () => {
  expect(writeConditions(new Headers())).toEqual({})
})

test.each([
  ['"d"', true],
  ['W/"d"', true],
  ['"x", "d"', true],
  ['*', true],
  ['"x"', false],
  ['d', false],
])('a reader with If-None-Match %s has digest d already: %s', (header, expected) => {
  expect(hasAlready(new Headers({ 'If-None-Match': header }), 'd')).toBe(expected)
})

test.each([
  ['wait=10', 10],
  ['wait = 10', 10],
  ['Wait="10"', 10],
  ['respond-async, wait=10; strict', 10],
  ['wait=10, wait=20', 10],
  ['wait=0', 0],
  ['wait=600', 60],
  ['wait', undefined],
  ['wait=-1', undefined],
  ['wait=ten', undefined],
  ['waiting=10', undefined],
  ['', undefined],
])('Prefer: %s waits %s seconds', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds)
})
