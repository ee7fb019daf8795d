import { describe, expect, test } from 'vitest'
import { entry, type Kind } from '../../../src/model/entry.ts'
import type { ControlWrite } from '../../../src/store/store.ts'
import { push, replacement, service } from '../pushes.ts'
import { collect } from '../reader.ts'
import type { OpenStore } from './open-store.ts'

export function controlContract(db: OpenStore): void {
  const change = (write: Partial<ControlWrite>) =>
    db.store.control({ cause: 'drain', source: null, author: 'me', upsert: [], remove: [], ...write })

  describe('what operators say', () => {
    test('is a revision of part control, which the feed carries and the history names', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      const drained = await change({ upsert: [row('Drain', 'r1/zone-a')] })
      expect(drained).toMatchObject({ outcome: 'written', revision: 2, changed: { added: 1 } })
      expect(await collect(db.store.changes({ revision: 1 }))).toMatchObject([
        { revision: 2, upserted: [{ kind: 'Drain', name: 'r1/zone-a', source: '', since: 2 }] },
      ])
      expect(await db.store.revision(2)).toMatchObject({
        source: null,
        part: 'control',
        cause: 'drain',
        author: 'me',
      })
      expect(await db.store.diff(1, 2)).toMatchObject([{ kind: 'Drain', before: null }])
      expect(await db.store.entries({ revision: 1, kinds: ['Drain'] })).toEqual([])
    })

    test('is found in the history of the source that it is about', async () => {
      await change({ cause: 'settings', source: 'east', upsert: [row('SourceSettings', 'east')] })
      const { items } = await db.store.revisions({ limit: 9, order: 'newest', source: 'east' })
      expect(items).toMatchObject([{ revision: 1, cause: 'settings', source: 'east' }])
    })

    test('writes no revision when it changes nothing', async () => {
      expect(await change({ remove: [row('Drain', 'zone-a')] })).toMatchObject({ outcome: 'unchanged' })
      await change({ upsert: [row('Drain', 'zone-a')] })
      expect(await change({ upsert: [row('Drain', 'zone-a')] })).toMatchObject({
        outcome: 'unchanged',
        revision: 1,
      })
      expect(await change({ cause: 'undrain', remove: [row('Drain', 'zone-a')] })).toMatchObject({
        outcome: 'written',
        revision: 2,
      })
      expect(await collect(db.store.changes({ revision: 1 }))).toMatchObject([
        { removed: [{ kind: 'Drain' }] },
      ])
    })

    test('may be tried without being said', async () => {
      const write = { upsert: [row('Drain', 'zone-a')] }
      const tried = await change({ ...write, dryRun: true })
      expect(tried).toMatchObject({ outcome: 'written', revision: null, changed: { added: 1 } })
      expect(await db.store.head()).toBe(0)
      expect(await change(write)).toMatchObject({ revision: 1, digest: tried.digest })
    })

    test('that stands already names the revision that wrote it, whatever came since', async () => {
      await change({ upsert: [row('Drain', 'zone-a')] })
      await change({ upsert: [row('Drain', 'zone-b')] })
      expect(await change({ upsert: [row('Drain', 'zone-a')] })).toMatchObject({
        outcome: 'unchanged',
        revision: 1,
      })
    })

    test('is of no source: it is not listed, and neither restored nor removed with one', async () => {
      await push(db.store, replacement('topology', [service('a')]))
      await change({ upsert: [row('Drain', 'zone-a')] })
      await push(db.store, replacement('topology', [service('b')]))
      expect(await db.store.sources()).toMatchObject([{ source: 'east' }])
      await db.store.restore({ revision: 1, parts: ['topology', 'routes'], author: 'me' })
      await db.store.removeSource('east', 'me')
      expect(await db.store.entries({})).toMatchObject([{ kind: 'Drain' }])
    })

    test('keeps its history as long as topology does', async () => {
      await change({ upsert: [row('Drain', 'zone-a')] })
      await change({ cause: 'undrain', remove: [row('Drain', 'zone-a')] })
      await push(db.store, replacement('topology', [service('a')]))
      await db.store.retain({ topology: Number.POSITIVE_INFINITY, routes: 0 })
      expect(await db.store.entries({ revision: 1, kinds: ['Drain'] })).toHaveLength(1)
      await db.store.retain({ topology: 0, routes: Number.POSITIVE_INFINITY })
      expect(await db.store.entries({ revision: 1, kinds: ['Drain'] })).toMatchObject({ outcome: 'gone' })
      expect(await db.store.revision(1)).toBeNull()
    })
  })
}

function row(kind: Kind, name: string) {
  return entry({ kind, namespace: '', name }, JSON.stringify({ name }))
}
