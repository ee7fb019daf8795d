import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IdSet } from '../../../src/xds/names/id-set.ts'
import { STRANGE } from '../../../src/xds/names/name-id.ts'
import { Names, WILDCARD_ID } from '../../../src/xds/names/names.ts'

const said = (names: Names, text: string) => {
  const bytes = Buffer.from(`before${text}after`)
  return names.idOfBytes(bytes, 6, bytes.length - 5)
}

/** Holds what it is told to. */
class Holder {
  readonly ids: number[]

  constructor(...ids: number[]) {
    this.ids = ids
  }

  markNames(inUse: IdSet): void {
    for (const id of this.ids) inUse.add(id)
  }
}

describe('the id of a name', () => {
  test('is the same by its text and by its bytes, and another for every other name', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), texts => {
        const names = new Names()
        const ids = new Map<string, number>()
        for (const text of texts) {
          const id = said(names, text)
          expect(names.idOf(text)).toBe(id)
          expect(names.textOf(id)).toBe(text)
          ids.set(text, id)
        }
        expect(new Set(ids.values()).size).toBe(ids.size)
        for (const [text, id] of ids) expect(said(names, text)).toBe(id)
      }),
    )
  })

  test.each([
    ['in two high bits of words that follow', (bit: number) => (bit ? 'aaaqaaaq' : 'aaa1aaa1')],
    ['above the byte that a word has room for', (bit: number) => (bit ? 'aaaa' : 'aaa\u0161')],
    ['in bits that are brought down', (bit: number) => (bit ? 'aaaqaaaq' : 'aaaQa!aQ')],
  ])('is found as soon among thousands that differ %s', (_, block) => {
    const BITS = 13
    const timeOf = (textOf: (index: number) => string) => {
      const texts = Array.from({ length: 2 ** BITS }, (_, index) => textOf(index))
      const names = new Names()
      const from = performance.now()
      const ids = texts.map(text => said(names, text))
      const taken = performance.now() - from
      expect(new Set(ids).size).toBe(texts.length)
      return taken
    }
    const other = timeOf(index => String(index).padStart(8 * BITS, '-'))
    const alike = timeOf(index =>
      Array.from({ length: BITS }, (_, bit) => block((index >> bit) & 1)).join(''),
    )
    // All in one or two places are some ten million comparisons: forty times as long.
    expect(alike).toBeLessThan(10 * Math.max(other, 5))
  })

  test('of the wildcard is always the same', () => {
    expect(said(new Names(), '*')).toBe(WILDCARD_ID)
  })

  test('is dense where the name is one of ours, whoever says it first', () => {
    const names = new Names(text => text === 'ours')
    expect(said(names, 'made-up')).toBeGreaterThanOrEqual(STRANGE)
    expect(said(names, 'ours')).toBeLessThan(STRANGE)
    expect(names.idOf('told')).toBeLessThan(STRANGE)
  })
})

describe('names that nobody has any more', () => {
  test('are given up when there are thousands, and their ids given to others', () => {
    const names = new Names(text => !text.startsWith('strange'))
    const kept = new Holder(names.idOf('kept'), said(names, 'strange-kept'))
    names.keepFor(kept)
    for (let index = 0; index < 5_000; index++) said(names, `${index % 2 ? 'strange' : 'gone'}-${index}`)
    names.sweep()
    expect(names.size).toBe(3)
    expect(kept.ids.map(id => names.textOf(id))).toEqual(['kept', 'strange-kept'])
    expect([said(names, 'kept'), said(names, 'strange-kept')]).toEqual(kept.ids)
    expect(names.idOf('new')).toBe(2)
    expect(said(names, 'new')).toBe(2)
  })

  test('stay while there are few', () => {
    const names = new Names()
    const id = names.idOf('a')
    names.sweep()
    expect(names.textOf(id)).toBe('a')
  })
})

describe('a list of names', () => {
  const listOf = (names: Names, texts: readonly string[]) => {
    const bytes = Buffer.from(texts.join(''))
    let reads = 0
    const ids = names.idsIn(bytes, 0, bytes.length, () => {
      reads += 1
      return texts.map(text => names.idSaid(text))
    })
    return { ids, reads }
  }
  const many = (last: string) => [...Array.from({ length: 200 }, (_, index) => `name-${1_000 + index}`), last]

  test('that is said again is not read again, whoever says it', () => {
    const names = new Names()
    const first = listOf(names, many('a'))
    expect(first.reads).toBe(1)
    expect(listOf(names, many('a'))).toEqual({ ids: first.ids, reads: 0 })
    expect(listOf(names, many('b'))).toEqual({ ids: expect.arrayContaining([names.idSaid('b')]), reads: 1 })
  })

  test('of as many bytes that says something else is read', () => {
    const names = new Names()
    const [one, other] = [
      ['x', ...many('end')],
      ['y', ...many('end')],
    ]
    listOf(names, one)
    const { ids, reads } = listOf(names, other)
    expect(reads).toBe(1)
    expect(ids[0]).toBe(names.idSaid('y'))
  })

  test('is read again when names were given up since', () => {
    const names = new Names(undefined, 1)
    listOf(names, many('a'))
    names.sweep()
    expect(names.size).toBe(1)
    const { ids, reads } = listOf(names, many('a'))
    expect(reads).toBe(1)
    expect(ids.map(id => names.textOf(id))).toEqual(many('a'))
  })
})
