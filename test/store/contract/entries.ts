import { describe, expect, test } from 'vitest'
import type { Store, StoredEntry } from '../../../src/store/store.ts'
import { item, patch, push, replacement, service } from '../pushes.ts'
import type { OpenStore } from './open-store.ts'

export function entriesContract(db: OpenStore): void {
  describe('an entry', () => {
    test('keeps its first revision when it is replaced, and is new when it comes back', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b')]))
      await push(db.store, patch('topology', [service('a', 2)]))
      expect(await named(db.store, 'a')).toMatchObject([{ since: 2, created: 1, source: 'east' }])
      await push(db.store, patch('topology', [], [service('a')]))
      expect(await named(db.store, 'a')).toEqual([])
      await push(db.store, patch('topology', [service('a', 2)]))
      expect(await named(db.store, 'a')).toMatchObject([{ since: 4, created: 4 }])
    })

    test('is found by kind, namespace and name, now and then, in all sources', async () => {
      await push(db.store, replacement('topology', [service('a'), item('Endpoints', 'a'), service('b')]))
      await push(db.store, replacement('topology', [service('a')]), { source: 'west' })
      await push(db.store, patch('topology', [service('a', 2)]))
      const found = (await db.store.entries({
        kinds: ['Service'],
        namespace: 'default',
        name: 'a',
      })) as StoredEntry[]
      expect(found.map(e => [e.source, e.since]).sort()).toEqual([
        ['east', 3],
        ['west', 2],
      ])
      expect(await db.store.entries({ kinds: ['Endpoints'] })).toMatchObject([{ name: 'a' }])
      expect(await db.store.entries({ name: 'a', revision: 1 })).toHaveLength(2)
      expect(await db.store.entries({ namespace: 'elsewhere' })).toEqual([])
    })
  })
}

async function named(store: Store, name: string): Promise<StoredEntry[]> {
  return (await store.entries({ kinds: ['Service'], namespace: 'default', name })) as StoredEntry[]
}
