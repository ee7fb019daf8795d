import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { jsonResponse } from '../../src/rest/json-stream.ts'

const CHUNK = 64 * 1024
const PIECE = 1000

/** Pieces of JSON text, and how many characters of them were asked for. */
function counted(pieces: number) {
  const drawn = { characters: 0 }
  function* draw() {
    for (let index = 0; index < pieces; index++) {
      drawn.characters += PIECE
      yield 'x'.repeat(PIECE)
    }
  }
  return { drawn, pieces: draw() }
}

/** Calls `each` in every turn of the event loop until it is stopped. */
function everyTurn(each: () => void): () => void {
  let next = setImmediate(function turn() {
    each()
    next = setImmediate(turn)
  })
  return () => clearImmediate(next)
}

test('a short text is sent whole', async () => {
  const response = jsonResponse(['{"a":', '1}'])
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({ a: 1 })
})

test('of a long text one turn of the event loop makes a chunk at most, however fast it is read', async () => {
  const { drawn, pieces } = counted(2000)
  const response = jsonResponse(pieces)
  const made: number[] = []
  let before = drawn.characters
  const stop = everyTurn(() => {
    made.push(drawn.characters - before)
    before = drawn.characters
  })
  const text = await response.text()
  stop()
  expect(text.length).toBe(2000 * PIECE)
  expect(Math.max(...made)).toBeGreaterThan(0)
  expect(Math.max(...made)).toBeLessThanOrEqual(CHUNK + PIECE)
})

test('no more of it is made than its reader has room for', async () => {
  const { drawn, pieces } = counted(2000)
  const reader = jsonResponse(pieces).body?.getReader()
  await reader?.read()
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  expect(drawn.characters).toBeLessThanOrEqual(3 * (CHUNK + PIECE))
  await reader?.cancel()
  const then = drawn.characters
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  expect(drawn.characters).toBe(then)
})
