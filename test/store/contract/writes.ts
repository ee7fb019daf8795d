import { describe, expect, test } from 'vitest'
import { PARTS } from '../../../src/model/entry.ts'
import { EMPTY_PART_DIGEST, snapshotDigest } from '../../../src/model/part-digest.ts'
import type { PartState } from '../../../src/store/store.ts'
import { sorted } from '../naive-store.ts'
import { digest, patch, push, replacement, route, service } from '../pushes.ts'
import type { OpenStore } from './open-store.ts'

export function writesContract(db: OpenStore): void {
  describe('a push', () => {
    test('makes the next revision, with what changed counted', async () => {
      expect(await db.store.head()).toBe(0)
      const first = await push(db.store, replacement('topology', [service('a'), service('b'), service('c')]))
      expect(first).toMatchObject({
        outcome: 'written',
        revision: 1,
        changed: { added: 3, updated: 0, removed: 0 },
      })
      const second = await push(
        db.store,
        replacement('topology', [service('a'), service('b', 2), service('d')]),
      )
      expect(second).toMatchObject({ revision: 2, changed: { added: 1, updated: 1, removed: 1 } })
      expect(await db.store.head()).toBe(2)
    })

    test('of equal content makes no revision and names the one that wrote what stands', async () => {
      const first = await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, replacement('routes', [route('r')]))
      const again = await push(db.store, replacement('topology', [service('a')]))
      expect(again).toEqual({ outcome: 'unchanged', revision: 1, digest: digest(first) })
      expect(await db.store.head()).toBe(2)
    })

    test('of the same bytes as the last replace is not looked at, until something else has written', async () => {
      const content = [service('a')]
      await push(db.store, replacement('topology', content, 'hash'))
      const notEvenParsed = { ...replacement('topology', [], 'hash'), entries: new TextEncoder().encode('{') }
      expect(await push(db.store, notEvenParsed)).toMatchObject({ outcome: 'unchanged', revision: 1 })
      await push(db.store, patch('topology', [service('b')]))
      expect(await push(db.store, replacement('topology', content, 'hash'))).toMatchObject({ revision: 3 })
      await push(db.store, replacement('topology', [], 'other'))
      await db.store.restore({ revision: 2, parts: ['topology'], source: 'east', author: 'me' })
      expect(await push(db.store, replacement('topology', [], 'other'))).toMatchObject({ revision: 6 })
    })

    test('of a body whose bytes stand is answered by their digest alone', async () => {
      const again = { source: 'east', author: 'me', parts: ['topology'], bodyDigest: 'hash' } as const
      expect(await db.store.repeat(again)).toBeUndefined()
      const first = await push(db.store, replacement('topology', [service('a')], 'hash'))
      const stands = { outcome: 'unchanged', revision: 1, digest: digest(first) }
      expect(await db.store.repeat(again)).toEqual(stands)
      expect(await db.store.repeat({ ...again, ifMatch: [digest(first)] })).toEqual(stands)
      expect(await db.store.repeat({ ...again, ifMatch: ['another'] })).toMatchObject({ outcome: 'conflict' })
      expect(await db.store.repeat({ ...again, ifNoneMatch: true })).toMatchObject({ outcome: 'conflict' })
      expect(await db.store.repeat({ ...again, parts: PARTS })).toBeUndefined()
      await push(db.store, patch('topology', [service('b')]))
      expect(await db.store.repeat(again)).toBeUndefined()
    })

    test('of an empty part brings the part into being', async () => {
      expect(await db.store.part('east', 'routes')).toBeNull()
      const first = await push(db.store, replacement('routes', []))
      expect(first).toMatchObject({ outcome: 'written', revision: 1, digest: EMPTY_PART_DIGEST })
      expect(await db.store.part('east', 'routes')).toEqual({
        entries: [],
        digest: EMPTY_PART_DIGEST,
        revision: 1,
      })
      expect(await push(db.store, replacement('routes', []))).toMatchObject({
        outcome: 'unchanged',
        revision: 1,
      })
    })

    test('and a patch that lead to equal content agree in their digest', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b')]))
      const patched = await push(db.store, patch('topology', [service('b', 2), service('c')], [service('a')]))
      const pushed = await push(db.store, replacement('topology', [service('c'), service('b', 2)]), {
        source: 'west',
      })
      expect(digest(patched)).toBe(digest(pushed))
    })

    test('takes the bytes over, but never more than its own', async () => {
      const part = replacement('topology', [service('a')])
      const pool = new Uint8Array(part.entries.byteLength + 10)
      pool.set(part.entries, 5)
      const pooled = { ...part, entries: pool.subarray(5, pool.length - 5) }
      await push(db.store, pooled)
      expect(pool.byteLength).toBe(part.entries.byteLength + 10)
      await push(db.store, part, { source: 'west' })
      expect(part.entries.byteLength).toBe(0)
      expect(await db.store.entries({ name: 'a' })).toHaveLength(2)
    })

    test('of both parts is one revision and has one digest for both', async () => {
      const both = [replacement('topology', [service('a')]), replacement('routes', [route('r')])]
      const result = await push(db.store, both)
      const parts = await Promise.all(PARTS.map(part => db.store.part('east', part)))
      const [topology, routes] = parts as [PartState, PartState]
      expect([topology.revision, routes.revision]).toEqual([1, 1])
      expect(digest(result)).toBe(snapshotDigest(topology.digest, routes.digest))
      expect(await db.store.revision(1)).toMatchObject({ part: 'both', changed: { added: 2 } })
      const half = [replacement('topology', [service('a', 2)]), replacement('routes', [route('r')])]
      expect(await push(db.store, half)).toMatchObject({ revision: 2, changed: { added: 0, updated: 1 } })
      expect(await db.store.part('east', 'routes')).toMatchObject({ revision: 1 })
    })

    test('with many entries is taken and given back whole and in order', async () => {
      const many = Array.from({ length: 3_500 }, (_, n) => service(`s-${n}`, 'x'.repeat(500)))
      await push(db.store, replacement('topology', many))
      const state = (await db.store.part('east', 'topology')) as PartState
      expect(state.entries).toEqual(sorted(many))
      expect(await db.store.entries({})).toHaveLength(3_500)
      expect(await db.store.diff(0, 1)).toHaveLength(3_500)
    })
  })

  describe('a patch', () => {
    test('of a part that was never pushed is refused as unknown', async () => {
      expect(await push(db.store, patch('topology', [service('a')]))).toEqual({ outcome: 'unknown' })
      await push(db.store, replacement('routes', []))
      expect(await push(db.store, patch('topology', [service('a')]))).toEqual({ outcome: 'unknown' })
    })

    test('that removes what is not there, or puts what is there, changes nothing', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      const result = await push(db.store, patch('topology', [service('a')], [service('ghost')]))
      expect(result).toMatchObject({ outcome: 'unchanged', revision: 1 })
    })

    test('keeps an entry that it both removes and puts', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      const result = await push(db.store, patch('topology', [service('a', 2)], [service('a')]))
      expect(result).toMatchObject({ changed: { added: 0, updated: 1, removed: 0 } })
    })
  })
}
