import { describe, expect, test } from 'vitest'
import { patch, push, replacement, service } from '../pushes.ts'
import type { OpenStore } from './open-store.ts'

export function heardContract(db: OpenStore): void {
  const heardAt = async (source: string) => (await db.store.lastHeard()).get(source)

  describe('what was last heard of a source', () => {
    test('is noted at a heartbeat, without a revision', async () => {
      expect(await db.store.lastHeard()).toEqual(new Map())
      const before = Date.now()
      await db.store.heard('east')
      const at = Date.parse((await heardAt('east')) ?? '')
      expect(at).toBeGreaterThanOrEqual(before)
      expect(at).toBeLessThanOrEqual(Date.now())
      expect(await db.store.head()).toBe(0)
    })

    test('is there when the process starts again', async () => {
      await db.store.heard('east')
      const at = await heardAt('east')
      await db.reopen()
      expect(await heardAt('east')).toBe(at)
    })

    test('is written at most once a second, however often it is heard', async () => {
      const began = Date.now()
      const times = new Set<string | undefined>()
      for (let count = 0; count < 100; count += 1) {
        await db.store.heard('east')
        times.add(await heardAt('east'))
      }
      expect(times.size).toBeLessThanOrEqual(1 + (Date.now() - began) / 1000)
    })

    test.each([
      ['push', () => push(db.store, replacement('topology', [service('a')]), { source: 'west' })],
      [
        'snapshot',
        () => push(db.store, [replacement('topology', []), replacement('routes', [])], { source: 'west' }),
      ],
    ])('is noted with a %s', async (_, act) => {
      await act()
      expect([...(await db.store.lastHeard()).keys()]).toEqual(['west'])
    })

    test.each([
      ['equal content', () => push(db.store, replacement('topology', [service('a')]))],
      ['a patch', () => push(db.store, patch('topology', [service('b')]))],
      ['a patch that changes nothing', () => push(db.store, patch('topology', [service('a')]))],
    ])('is noted with %s', async (_, act) => {
      await unheard()
      await act()
      expect(await heardAt('east')).toBeDefined()
    })

    test.each([
      ['a dry run', () => push(db.store, replacement('topology', []), { dryRun: true })],
      ['a push that is refused', () => push(db.store, replacement('topology', []), { ifMatch: ['x'] })],
      ['a patch of what was never pushed', () => push(db.store, patch('routes', []))],
      ['a restore', () => db.store.restore({ revision: 1, parts: ['topology'], author: 'me' })],
    ])('is not noted with %s', async (_, act) => {
      await unheard()
      await act()
      expect(await heardAt('east')).toBeUndefined()
    })

    test('is forgotten with the source', async () => {
      await push(db.store, replacement('topology', []))
      await db.store.heard('west')
      await db.store.removeSource('east', 'me')
      expect([...(await db.store.lastHeard()).keys()]).toEqual(['west'])
    })
  })

  /** A source that has content of which nothing was ever heard: a restored one. */
  async function unheard() {
    await push(db.store, replacement('topology', [service('a')]))
    await db.store.removeSource('east', 'me')
    await db.store.restore({ revision: 1, parts: ['topology'], author: 'me' })
  }
}
