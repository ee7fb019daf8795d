import { describe, expect, test } from 'vitest'
import { PARTS } from '../../../src/model/entry.ts'
import type { PartState } from '../../../src/store/store.ts'
import { digest, patch, push, replacement, route, service } from '../pushes.ts'
import type { OpenStore } from './open-store.ts'

export function preconditionsContract(db: OpenStore): void {
  describe('preconditions', () => {
    test('ifMatch lets a write through only when that digest stands', async () => {
      const first = await push(db.store, replacement('topology', [service('a')]))
      const second = await push(db.store, replacement('topology', [service('b')]), {
        ifMatch: [digest(first)],
      })
      expect(second.outcome).toBe('written')
      const late = await push(db.store, replacement('topology', [service('c')]), { ifMatch: [digest(first)] })
      expect(late).toEqual({ outcome: 'conflict', digest: digest(second) })
      const either = { ifMatch: [digest(first), digest(second)] }
      expect(await push(db.store, replacement('topology', [service('c')]), either)).toMatchObject({
        revision: 3,
      })
      expect(await push(db.store, replacement('topology', []), { ifMatch: ['*'] })).toMatchObject({
        revision: 4,
      })
    })

    test('ifMatch of anything is a conflict where nothing was ever pushed', async () => {
      const result = await push(db.store, replacement('topology', []), { ifMatch: ['*'] })
      expect(result).toEqual({ outcome: 'conflict', digest: null })
    })

    test('ifNoneMatch lets only the first push through', async () => {
      const first = await push(db.store, replacement('topology', [service('a')]), { ifNoneMatch: true })
      const second = await push(db.store, replacement('topology', [service('b')]), { ifNoneMatch: true })
      expect(second).toEqual({ outcome: 'conflict', digest: digest(first) })
    })

    test('of a snapshot are about both parts', async () => {
      const both = () => [replacement('topology', [service('a')]), replacement('routes', [route('r')])]
      const first = await push(db.store, both(), { ifNoneMatch: true })
      expect(await push(db.store, both(), { ifNoneMatch: true })).toMatchObject({ outcome: 'conflict' })
      await push(db.store, patch('routes', [route('q')]))
      expect(await push(db.store, both(), { ifMatch: [digest(first)] })).toMatchObject({
        outcome: 'conflict',
      })
    })

    test('let concurrent writers of one part lose nothing', async () => {
      await push(db.store, replacement('topology', []))
      const add = async (name: string): Promise<number> => {
        for (let tries = 1; ; tries += 1) {
          const state = (await db.store.part('east', 'topology')) as PartState
          const parts = replacement('topology', [...state.entries, service(name)])
          const result = await push(db.store, parts, { ifMatch: [state.digest] })
          if (result.outcome === 'written') return tries
        }
      }
      const names = Array.from({ length: 20 }, (_, n) => `s-${n}`)
      const tries = await Promise.all(names.map(add))
      expect(Math.max(...tries)).toBeGreaterThan(1)
      const state = (await db.store.part('east', 'topology')) as PartState
      expect(state.entries.map(e => e.name)).toEqual(names.toSorted())
      expect(await db.store.head()).toBe(21)
    })
  })

  describe('a dry run', () => {
    test('says what would happen and stores nothing', async () => {
      await push(db.store, replacement('topology', [service('a'), service('b')]))
      const wanted = () => replacement('topology', [service('a', 2), service('c')], 'hash')
      const dry = await push(db.store, wanted(), { dryRun: true })
      expect(dry).toMatchObject({ revision: null, changed: { added: 1, updated: 1, removed: 1 } })
      expect(await db.store.head()).toBe(1)
      expect(await db.store.part('east', 'topology')).toMatchObject({ revision: 1 })
      expect(await db.store.revisions({ limit: 9, order: 'newest' })).toMatchObject({ total: 1 })
      const real = await push(db.store, wanted())
      expect(real).toEqual({ ...dry, revision: 2 })
      const restore = { revision: 1, parts: PARTS, author: 'me' }
      const dryRestore = await db.store.restore({ ...restore, dryRun: true })
      expect(await db.store.head()).toBe(2)
      expect(await db.store.restore(restore)).toEqual({ ...dryRestore, revision: 3 })
    })
  })
}
