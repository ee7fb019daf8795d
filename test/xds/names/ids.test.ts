import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdMap } from '../../../src/xds/names/id-map.ts'
import { IdSet } from '../../../src/xds/names/id-set.ts'
import { STRANGE } from '../../../src/xds/names/name-id.ts'

const id = fc.oneof(
  fc.nat(300),
  fc.nat(5).map(one => STRANGE + one),
)
const ids = fc.array(id, { maxLength: 60 })
const change = fc.oneof(
  fc.record({ do: fc.constantFrom('add', 'delete'), id }),
  fc.record({ do: fc.constantFrom('addAll', 'deleteAll'), ids }),
)
const setOf = (all: Iterable<number>) => {
  const set = new IdSet()
  for (const one of all) set.add(one)
  return set
}
const ascending = (all: Iterable<number>) => [...all].sort((a, b) => a - b)

test('a set of ids is a set, whatever happened to it', () => {
  fc.assert(
    fc.property(fc.array(change), changes => {
      const set = new IdSet()
      const expected = new Set<number>()
      for (const one of changes) {
        if ('id' in one) {
          if (one.do === 'add') set.add(one.id)
          else expect(set.delete(one.id)).toBe(expected.has(one.id))
          expected[one.do as 'add' | 'delete'](one.id)
        } else if (one.do === 'addAll') {
          set.addAll(setOf(one.ids))
          for (const each of one.ids) expected.add(each)
        } else {
          set.deleteAll(setOf(one.ids))
          for (const each of one.ids) expected.delete(each)
        }
        expect(set.size).toBe(expected.size)
      }
      expect(ascending(set.list())).toEqual(ascending(expected))
      for (const one of expected) expect(set.has(one)).toBe(true)
    }),
  )
})

test('ids that are deleted while a set is walked through do not come any more', () => {
  const set = setOf([1, 2, 3])
  const seen: number[] = []
  for (const one of set) {
    seen.push(one)
    set.delete(2)
  }
  expect(seen).toEqual([1, 3])
})

test('sets of ids are compared by what is in them', () => {
  fc.assert(
    fc.property(ids, ids, (some, others) => {
      const [a, b] = [setOf(some), setOf(others)]
      const [first, second] = [new Set(some), new Set(others)]
      expect(a.hasAny(b)).toBe(some.some(one => second.has(one)))
      expect(a.equals(b)).toBe(first.size === second.size && some.every(one => second.has(one)))
      for (const from of [0, 32, 64, 256])
        expect(a.hasBetween(from, from + 64)).toBe(some.some(one => one >= from && one < from + 64))
    }),
  )
})

test('a map by ids is a map, whatever happened to it', () => {
  const step = fc.record({ do: fc.constantFrom('set', 'delete'), id })
  fc.assert(
    fc.property(fc.array(step), steps => {
      const map = new IdMap<{ id: number }>()
      const expected = new Map<number, { id: number }>()
      for (const one of steps) {
        const value = { id: one.id }
        if (one.do === 'set') map.set(one.id, value)
        else expect(map.delete(one.id)).toBe(expected.has(one.id))
        if (one.do === 'set') expected.set(one.id, value)
        else expected.delete(one.id)
        expect(map.size).toBe(expected.size)
        expect(map.get(one.id)).toBe(expected.get(one.id))
      }
      expect(new Map(map)).toEqual(expected)
    }),
  )
})

describe('maps that take what another one has', () => {
  const own = (all: readonly number[]) => {
    const map = new IdMap<{ id: number }>()
    for (const one of all) map.set(one, { id: one })
    return map
  }

  test('have it beside what they had, and neither sees what becomes of the other', () => {
    fc.assert(
      fc.property(ids, ids, ids, ids, (before, others, wanted, changed) => {
        const [map, other] = [own(before), own(others)]
        const expected = new Map(map)
        const rest = new Map(other)
        for (const [id, value] of other) if (wanted.includes(id)) expected.set(id, value)
        map.addAll(other, setOf(wanted))
        for (const [index, id] of changed.entries()) {
          const value = { id: -1 }
          if (index % 4 === 0) map.set(id, value)
          if (index % 4 === 0) expected.set(id, value)
          if (index % 4 === 1) expect(map.delete(id)).toBe(expected.delete(id))
          if (index % 4 === 2) other.set(id, value)
          if (index % 4 === 2) rest.set(id, value)
          if (index % 4 === 3) expect(other.delete(id)).toBe(rest.delete(id))
        }
        expect(new Map(map)).toEqual(expected)
        expect(new Map(other)).toEqual(rest)
        expect([map.size, other.size]).toEqual([expected.size, rest.size])
        expect(map.hasAny(setOf(wanted))).toBe(wanted.some(id => expected.has(id)))
      }),
    )
  })

  test('have all of it when they name none', () => {
    const map = own([1, 70])
    map.addAll(own([2, 200, STRANGE]))
    expect(ascending(map.keys())).toEqual([1, 2, 70, 200, STRANGE])
    expect(map.size).toBe(5)
  })
})

test('maps of which some names are replaced for all at once have these, and nothing of one another', () => {
  const step = fc.record({ replaced: ids, changed: id, who: fc.nat(2) })
  fc.assert(
    fc.property(ids, ids, fc.array(step, { maxLength: 8 }), (shared, own, steps) => {
      const first = new IdMap<{ id: number }>()
      for (const one of shared) first.set(one, { id: one })
      const [second, third] = [new IdMap<{ id: number }>(), new IdMap<{ id: number }>()]
      second.addAll(first)
      third.addAll(first)
      for (const one of own) third.set(one, first.get(one) ?? { id: one })
      const maps = [first, second, third]
      const expected = maps.map(map => new Map(map))
      for (const { replaced, changed, who } of steps) {
        const all = [...new Set(replaced)].filter(one => expected.every(map => map.has(one)))
        const before = first.pagesOf(all)
        const after = before.pagesOf(all)
        for (const one of all) after.set(one, { id: -one })
        for (const [index, map] of maps.entries()) {
          map.replace(all, before, after)
          for (const one of all) expected[index]?.set(one, after.get(one) as { id: number })
        }
        maps[who]?.set(changed, { id: 1_000 })
        expected[who]?.set(changed, { id: 1_000 })
        expect(maps.map(map => new Map(map))).toEqual(expected)
        expect(maps.map(map => map.size)).toEqual(expected.map(map => map.size))
      }
    }),
  )
})
