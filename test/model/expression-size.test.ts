import { expect, test } from 'vitest'
import { expressionSize } from '../../src/model/expression-size.ts'

test.each([
  ['abc', 3],
  ['a{3}', 3],
  ['(ab){3}c', 7],
  ['((a{10}){10}){10}', 1000],
  [`(?:${'x'.repeat(100)}){0,1000}`, 102_000],
  ['[]a]{5}', 5],
  ['[^]]{2}', 2],
  ['\\x{10FFFF}{3}', 3],
  ['\\p{Greek}{4}', 4],
  ['\\({5}', 5],
  ['((a', 1],
  ['))a', 3],
])('the size of %s is %i', (expression, size) => {
  expect(expressionSize(expression)).toBe(size)
})
