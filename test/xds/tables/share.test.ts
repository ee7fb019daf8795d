import { describe, expect, test } from 'vitest'
import { ClaimedVersions } from '../../../src/proto/claimed-versions.ts'
import { IdSet } from '../../../src/xds/names/id-set.ts'
import { STRANGE } from '../../../src/xds/names/name-id.ts'
import { Names } from '../../../src/xds/names/names.ts'
import { Share } from '../../../src/xds/tables/share.ts'
import { CDS, resource } from '../protocol/session.ts'

function claim(id: number, version: string): ClaimedVersions {
  const claimed = new ClaimedVersions(Buffer.from(`before${version}after`))
  claimed.add(id, 6, 6 + version.length)
  return claimed
}

describe('a version that a client says it has', () => {
  const names = new Names()
  const [a, b] = [resource(CDS, 'a', 'one'), resource(CDS, 'b')]
  const idA = names.idOf('a')

  test('is known where it is the newest that was looked up', () => {
    const share = new Share(names)
    share.set(idA, a)
    expect(share.isNewest(claim(idA, a.version), 0)).toBe(true)
    expect(share.isNewest(claim(idA, b.version), 0)).toBe(false)
    expect(share.isNewest(claim(names.idOf('b'), b.version), 0)).toBe(false)
  })

  test('differs where any one character does', () => {
    const share = new Share(names)
    share.set(idA, a)
    for (let at = 0; at < a.version.length; at++) {
      const other = `${a.version.slice(0, at)}x${a.version.slice(at + 1)}`
      expect(share.isNewest(claim(idA, other), 0)).toBe(false)
    }
    expect(share.isNewest(claim(idA, a.version.slice(1)), 0)).toBe(false)
  })

  test('is not known any more when it may be another one', () => {
    const share = new Share(names)
    share.set(idA, a)
    share.delete(idA)
    expect(share.isNewest(claim(idA, a.version), 0)).toBe(false)
  })

  test('is looked up by itself where it has another form, or its name was made up by clients', () => {
    const share = new Share(names)
    share.set(idA, { ...a, version: 'short' })
    share.set(STRANGE, b)
    expect(share.isNewest(claim(idA, 'short'), 0)).toBe(false)
    expect(share.isNewest(claim(STRANGE, b.version), 0)).toBe(false)
    expect(share.get(STRANGE)).toBe(b)
  })
})

test('who sees one of many names keeps no place for all of them', () => {
  const ours = new Names()
  const ids = Array.from({ length: 10_000 }, (_, index) => ours.idOf(`name-${index}`))
  const one = resource(CDS, 'a')
  const before = process.memoryUsage().arrayBuffers
  const shares = Array.from({ length: 500 }, () => new Share(ours))
  for (const share of shares) share.set(ids.at(-1) ?? 0, one)
  expect((process.memoryUsage().arrayBuffers - before) / shares.length).toBeLessThan(10_000)
})

describe('the first part of what is asked for', () => {
  const names = new Names()
  const all = ['a', 'b', 'c', 'd'].map(name => resource(CDS, name, '', [`of-${name}`]))
  const ids = all.map(({ name }) => names.idOf(name))
  const missing = names.idOf('missing')
  const get = (id: number) => all[ids.indexOf(id)]
  const length = all[0]?.encoded.length ?? 0

  test('has what fits and exists, and what that refers to', () => {
    const part = new Share(names, 1).firstPart(IdSet.of([...ids, missing]), 3 * length, get)
    expect(part?.resources).toEqual(all.slice(0, 3))
    expect(part?.named.list()).toEqual(ids.slice(0, 3))
    expect(part?.references.list().map(id => names.textOf(id))).toEqual(['of-a', 'of-b', 'of-c'])
    expect(part?.partial).toBe(true)
  })

  test('is one for all who ask for the same', () => {
    const share = new Share(names, 1)
    share.readers = 2
    const part = share.firstPart(IdSet.of(ids), 1_000, get)
    expect(part?.partial).toBe(false)
    expect(share.firstPart(IdSet.of(ids), 1_000, get)).toBe(part)
    expect(share.firstPart(IdSet.of(ids.slice(1)), 1_000, get)?.ids).toEqual(ids.slice(1))
    expect(share.firstPart(IdSet.of(ids), length, get)?.ids).toEqual(ids.slice(0, 1))
  })

  test('is made anew when what it has changes, or what was missing comes, and not when others do', () => {
    const share = new Share(names, 1)
    share.readers = 2
    const asked = [IdSet.of([...ids, missing]), IdSet.of([...ids.slice(2), missing])]
    const partsAfter = (...changed: readonly number[]) => {
      for (const id of changed) share.delete(id)
      return asked.map(one => share.firstPart(one, 2 * length, get))
    }
    const [first, last] = partsAfter()
    expect([first, last].map(part => part?.ids)).toEqual([ids.slice(0, 2), ids.slice(2)])
    const changes: readonly [number, boolean, boolean][] = [
      [names.idOf('other'), true, true],
      [ids[0] as number, false, true],
      [ids[3] as number, true, false],
      [missing, true, false],
    ]
    for (const [id, isFirstKept, isLastKept] of changes) {
      const before = partsAfter()
      const after = partsAfter(id)
      expect([id, ...after.map((part, index) => part === before[index])]).toEqual([
        id,
        isFirstKept,
        isLastKept,
      ])
    }
  })

  test('is not kept for one who sees it alone', () => {
    const share = new Share(names, 1)
    share.readers = 1
    const part = share.firstPart(IdSet.of(ids), 1_000, get)
    expect(share.firstPart(IdSet.of(ids), 1_000, get)).toEqual(part)
    expect(share.firstPart(IdSet.of(ids), 1_000, get)).not.toBe(part)
  })

  test('is none of few: those are looked up at once', () => {
    expect(new Share(names).firstPart(IdSet.of(ids), 1_000, get)).toBeUndefined()
  })

  test('is none where nothing exists', () => {
    expect(new Share(names, 1).firstPart(IdSet.of([missing]), 1_000, get)).toBeUndefined()
  })
})
