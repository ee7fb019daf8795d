import { describe, expect, test } from 'vitest'
import { keyText, PARTS } from '../../../src/model/entry.ts'
import { EMPTY_PART_DIGEST } from '../../../src/model/part-digest.ts'
import type { PartState, Store, StoredEntry } from '../../../src/store/store.ts'
import { digestOf, NaiveStore, sorted } from '../naive-store.ts'
import { digest, patch, push, replacement, route, service } from '../pushes.ts'
import { RandomHistory } from '../random-history.ts'
import { apply, withoutOrder } from '../reader.ts'
import type { OpenStore } from './open-store.ts'

export function historyContract(db: OpenStore): void {
  describe('history', () => {
    test('tells who wrote what, newest or oldest first, filtered, in pages', async () => {
      await push(db.store, replacement('topology', [service('a')]), { author: 'syncer' })
      await push(db.store, replacement('routes', [route('r')]), { source: 'west' })
      await push(db.store, patch('topology', [service('b')]), { author: 'syncer' })
      await db.store.restore({ revision: 1, source: 'east', parts: ['topology'], author: 'me' })
      await db.store.removeSource('west', 'me')
      const ids = async (query: Partial<Parameters<Store['revisions']>[0]>) => {
        const { items, total } = await db.store.revisions({ limit: 10, order: 'newest', ...query })
        return { ids: items.map(({ revision }) => revision), total }
      }
      expect(await ids({})).toEqual({ ids: [5, 4, 3, 2, 1], total: 5 })
      expect(await ids({ limit: 2, after: 4 })).toEqual({ ids: [3, 2], total: 5 })
      expect(await ids({ order: 'oldest', limit: 2, after: 2 })).toEqual({ ids: [3, 4], total: 5 })
      expect(await ids({ source: 'west' })).toEqual({ ids: [5, 2], total: 2 })
      expect(await ids({ author: 'syncer', cause: 'patch' })).toEqual({ ids: [3], total: 1 })
      expect(await ids({ part: 'both' })).toEqual({ ids: [5], total: 1 })
      expect(await db.store.revision(4)).toMatchObject({
        cause: 'restore',
        restored: 1,
        source: 'east',
        author: 'me',
      })
      expect((await db.store.revision(1))?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(await db.store.revision(6)).toBeNull()
    })

    test('lists the sources with what stands of each part', async () => {
      const topology = await push(db.store, replacement('topology', [service('a'), service('b')]))
      await push(db.store, replacement('routes', [route('r')]), { source: 'west' })
      await push(db.store, replacement('routes', []))
      const { createdAt } = (await db.store.revision(1)) as { createdAt: string }
      const sources = await db.store.sources()
      expect(sources).toMatchObject([
        { source: 'east', created: 1 },
        { source: 'west', created: 2 },
      ])
      expect(sources[0]?.parts).toMatchObject([
        { part: 'topology', digest: digest(topology), revision: 1, entries: 2, changedAt: createdAt },
        { part: 'routes', digest: EMPTY_PART_DIGEST, revision: 3, entries: 0 },
      ])
      await db.store.removeSource('east', 'me')
      expect((await db.store.sources()).map(({ source }) => source)).toEqual(['west'])
      expect(await db.store.part('east', 'topology')).toBeNull()
      expect(await db.store.part('east', 'topology', 3)).toMatchObject({
        revision: 1,
        digest: digest(topology),
      })
      expect(await db.store.removeSource('east', 'me')).toEqual({ outcome: 'unknown' })
    })

    test('restores one part of one source and leaves the rest', async () => {
      await push(db.store, replacement('routes', [route('r'), route('q')]))
      await push(db.store, replacement('routes', [route('r', 2)]))
      await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, replacement('routes', [route('r', 9)]), { source: 'west' })
      const first = (await db.store.part('east', 'routes', 1)) as PartState
      const result = await db.store.restore({ revision: 1, source: 'east', parts: ['routes'], author: 'me' })
      expect(result).toEqual({
        outcome: 'written',
        revision: 5,
        digest: first.digest,
        changed: { added: 1, updated: 1, removed: 0 },
      })
      expect(await db.store.part('east', 'routes')).toEqual({ ...first, revision: 5 })
      expect(await db.store.part('east', 'topology')).toMatchObject({ revision: 3 })
      expect(await db.store.part('west', 'routes')).toMatchObject({ revision: 4 })
      expect(
        await db.store.restore({ revision: 1, source: 'east', parts: ['routes'], author: 'me' }),
      ).toEqual({
        outcome: 'unchanged',
        revision: 5,
        digest: first.digest,
      })
    })

    test('cannot restore what never was', async () => {
      await push(db.store, replacement('routes', [route('r')]))
      const parts = ['routes'] as const
      expect(await db.store.restore({ revision: 2, parts, author: 'me' })).toEqual({ outcome: 'unknown' })
      expect(await db.store.restore({ revision: 1, parts, author: 'me', source: 'west' })).toEqual({
        outcome: 'unknown',
      })
    })

    test('of 150 random pushes, patches, restores and removals is that of a naive store', async () => {
      const naive = new NaiveStore()
      const history = new RandomHistory(20_26, db.store, naive)
      while (naive.head < 150) {
        const { written, expected } = await history.step()
        expect(written, `after revision ${naive.head}`).toBe(expected)
      }
      expect(await db.store.head()).toBe(naive.head)

      const places = ['east', 'west', 'north'].flatMap(source => PARTS.map(part => ({ source, part })))
      for (let revision = 0; revision <= naive.head; revision += 1) {
        const all = (await db.store.entries({ revision })) as StoredEntry[]
        expect(withoutOrder(all)).toEqual(withoutOrder(naive.entriesAt(revision)))
        const { source, part } = history.pick(places)
        const content = naive.at(revision).get(`${source}/${part}`)
        const state = (await db.store.part(source, part, revision)) as PartState | null
        expect(state?.digest ?? null).toBe(digestOf(content))
        expect(state?.entries.map(e => e.digest)).toEqual(
          content && sorted(content.values()).map(e => e.digest),
        )
        const seen = new Map(naive.entriesAt(revision).map(e => [`${e.source}/${keyText(e)}`, e]))
        for await (const batch of db.store.changes({ revision: revision })) apply(seen, batch)
        expect(withoutOrder(seen.values())).toEqual(withoutOrder(naive.entriesAt(naive.head)))
      }
      for (let pair = 0; pair < 150; pair += 1) {
        const [from, to] = [history.revision(), history.revision()]
        expect(await db.store.diff(from, to)).toEqual(naive.diff(from, to))
        const ofEast = naive.diff(from, to).filter(({ source }) => source === 'east')
        expect(await db.store.diff(from, to, 'east')).toEqual(ofEast)
      }
    }, 60_000)
  })
}
