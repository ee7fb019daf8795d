import { describe, expect, test, vi } from 'vitest'
import { processTime } from '../../../src/process-time.ts'
import type { Position, StoredEntry } from '../../../src/store/store.ts'
import { patch, push, replacement, route, service } from '../pushes.ts'
import { apply, collect, withoutOrder } from '../reader.ts'
import type { OpenStore } from './open-store.ts'

export function changesContract(db: OpenStore): void {
  describe('the changes', () => {
    test('after the head are none', async () => {
      expect(await collect(db.store.changes({}))).toEqual([])
      await push(db.store, replacement('topology', [service('a')]))
      expect(await collect(db.store.changes({ revision: 1 }))).toEqual([])
    })

    test('name each key once: as it stands, or as gone', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b'), service('c')]))
      await push(db.store, patch('topology', [service('a', 2), service('new')], [service('b')]))
      await push(db.store, patch('topology', [service('a', 3)], [service('new')]))
      const [batch, ...more] = await collect(db.store.changes({ revision: 1 }))
      expect(more).toEqual([])
      expect(batch).toMatchObject({
        revision: 3,
        reset: false,
        upserted: [{ name: 'a', since: 3, created: 1 }],
      })
      expect(batch?.removed).toEqual([{ source: 'east', kind: 'Service', namespace: 'default', name: 'b' }])
    })

    test('say when each revision that is new to the reader was committed, oldest first', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      const began = processTime()
      await push(db.store, replacement('routes', [route('a')]))
      const between = processTime()
      await push(db.store, patch('topology', [service('a', 2)]))
      const [batch] = await collect(db.store.changes({ revision: 1 }))
      expect(batch?.commits).toMatchObject([
        { revision: 2, part: 'routes' },
        { revision: 3, part: 'topology' },
      ])
      const [first = 0, second = 0] = batch?.commits.map(one => one.at) ?? []
      expect([began < first, first < between, between < second, second < processTime()]).not.toContain(false)
    })

    test('name the newest commits alone where very many are new', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      for (let content = 2; content <= 300; content += 1)
        await push(db.store, patch('topology', [service('a', content)]))
      const [batch] = await collect(db.store.changes({ revision: 1 }))
      expect(batch).toMatchObject({ revision: 300, reset: false })
      const told = batch?.commits.map(one => one.revision) ?? []
      expect([told.length, told[0], told.at(-1)]).toEqual([256, 45, 300])
    })

    test('bring a reader to the head even where nothing changed in the end', async () => {
      await push(db.store, replacement('topology', []))
      expect(await collect(db.store.changes({}))).toMatchObject([
        { revision: 1, reset: false, upserted: [], removed: [] },
      ])
    })

    test('come in batches that are one state, whatever is written meanwhile', async () => {
      const many = (content: unknown) => Array.from({ length: 2_500 }, (_, n) => service(`s-${n}`, content))
      await push(db.store, replacement('topology', many(1)))
      const seen = new Map<string, StoredEntry>()
      let batches = 0
      for await (const batch of db.store.changes({})) {
        expect(batch.revision).toBe(1)
        apply(seen, batch)
        batches += 1
        await push(
          db.store,
          patch('topology', many(2).slice(2_400 - batches * 300), [service(`s-${batches}`)]),
        )
      }
      expect(batches).toBeGreaterThan(2)
      expect(seen.size).toBe(2_500)
      expect(new Set([...seen.values()].map(e => e.since))).toEqual(new Set([1]))
      for await (const batch of db.store.changes({ revision: 1 })) apply(seen, batch)
      expect(withoutOrder(seen.values())).toEqual(withoutOrder((await db.store.entries({})) as StoredEntry[]))
    })

    test('tell a subscriber all in the end, whether he reads after each commit or after several', async () => {
      const seen = new Map<string, StoredEntry>()
      let at: Position = { revision: 0, stamp: '' }
      let heard = 0
      const unsubscribe = db.store.subscribe(({ revision }) => {
        heard = revision
      })
      const read = async () => {
        for await (const batch of db.store.changes(at)) {
          apply(seen, batch)
          at = { revision: batch.revision, stamp: batch.stamp }
        }
      }
      for (const commits of [1, 1, 3, 1, 2, 1]) {
        for (let commit = 0; commit < commits; commit += 1) {
          const number = at.revision + commit + 1
          await push(db.store, replacement('topology', [service('a', number), service(`s-${number}`)]))
        }
        const last = at.revision + commits
        await vi.waitFor(() => expect(heard).toBe(last))
        await read()
        expect(at.revision).toBe(last)
        expect(withoutOrder(seen.values())).toEqual(
          withoutOrder((await db.store.entries({})) as StoredEntry[]),
        )
      }
      unsubscribe()
    })

    test('wake their subscribers after each commit, and no more once they left', async () => {
      const heard: number[] = []
      const unsubscribe = db.store.subscribe(({ revision }) => heard.push(revision))
      await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, replacement('topology', [service('b')]), { dryRun: true })
      await vi.waitFor(() => expect(heard).toEqual([1]))
      await db.store.removeSource('east', 'me')
      await vi.waitFor(() => expect(heard).toEqual([1, 2]))
      unsubscribe()
      await push(db.store, replacement('topology', [service('a')]))
      await db.store.head()
      expect(heard).toEqual([1, 2])
    })
  })
}
