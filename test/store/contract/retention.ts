import { describe, expect, test } from 'vitest'
import { patch, push, replacement, revisionOf, route, service } from '../pushes.ts'
import { collect } from '../reader.ts'
import type { OpenStore } from './open-store.ts'

const KEEP_NOTHING = { topology: 0, routes: 0 }

export function retentionContract(db: OpenStore): void {
  describe('retention', () => {
    test('takes only what was closed, and answers gone for what needs it', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b')]))
      await push(db.store, patch('topology', [service('a', 2)], [service('b')]))
      await push(db.store, replacement('topology', [service('w')]), { source: 'west' })
      expect(await db.store.retain({ topology: 60_000, routes: 60_000 })).toBe(0)
      expect(await db.store.retain(KEEP_NOTHING)).toBeGreaterThanOrEqual(3)
      const gone = { outcome: 'gone', oldest: 2 }
      expect(await db.store.part('east', 'topology', 1)).toEqual(gone)
      expect(await db.store.entries({ revision: 1 })).toEqual(gone)
      expect(await db.store.diff(1, 3)).toEqual(gone)
      expect(await db.store.restore({ revision: 1, parts: ['topology'], author: 'me' })).toEqual(gone)
      expect(await db.store.part('east', 'topology', 2)).toMatchObject({ entries: [{ name: 'a' }] })
      expect(await db.store.part('west', 'topology', 3)).toMatchObject({ entries: [{ name: 'w' }] })
      expect(await db.store.entries({ revision: 1, kinds: ['HTTPRoute'] })).toEqual([])
      expect(await db.store.diff(2, 3)).toHaveLength(1)
      expect(await db.store.retain(KEEP_NOTHING)).toBe(0)
    })

    test('answers gone, and not that there was nothing, where only the part itself was closed', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, patch('topology', [service('b')]))
      await db.store.retain(KEEP_NOTHING)
      expect(await db.store.part('east', 'topology', 1)).toEqual({ outcome: 'gone', oldest: 2 })
    })

    test('keeps each part as long as its own age', async () => {
      await push(db.store, [replacement('topology', [service('a')]), replacement('routes', [route('r')])])
      await push(db.store, [
        replacement('topology', [service('a', 2)]),
        replacement('routes', [route('r', 2)]),
      ])
      await db.store.retain({ topology: 0, routes: Number.POSITIVE_INFINITY })
      expect(await db.store.part('east', 'routes', 1)).toMatchObject({ revision: 1 })
      expect(await db.store.part('east', 'topology', 1)).toMatchObject({ outcome: 'gone' })
    })

    test('keeps the revisions that wrote what stands, and the head', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      await push(db.store, patch('topology', [service('b')]))
      await push(db.store, patch('topology', [service('b', 2)]))
      await push(db.store, patch('topology', [], [service('b')]))
      const kept = async () => {
        const { items } = await db.store.revisions({ limit: 10, order: 'oldest' })
        return items.map(({ revision }) => revision)
      }
      await db.store.retain(KEEP_NOTHING)
      expect(await kept()).toEqual([1, 4])
      await db.store.removeSource('east', 'me')
      await db.store.retain(KEEP_NOTHING)
      expect(await kept()).toEqual([5])
      await db.reopen()
      expect(await db.store.head()).toBe(5)
      expect(revisionOf(await push(db.store, replacement('topology', [service('c')])))).toBe(6)
    })

    test('makes a reader that was away too long begin anew', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b')]))
      await push(db.store, patch('topology', [service('c')], [service('a')]))
      await push(db.store, patch('topology', [service('d')]))
      await db.store.retain(KEEP_NOTHING)
      const [late] = await collect(db.store.changes({ revision: 1 }))
      expect(late).toMatchObject({ reset: true, removed: [] })
      expect(late?.upserted.map(({ name }) => name).sort()).toEqual(['b', 'c', 'd'])
      await push(db.store, patch('topology', [service('e')]))
      expect(await collect(db.store.changes({ revision: 3 }))).toMatchObject([
        { reset: false, upserted: [{ name: 'e' }] },
      ])
    })
  })
}
