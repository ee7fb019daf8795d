import { describe, expect, test } from 'vitest'
import { patch, push, replacement, route, service } from '../pushes.ts'
import type { OpenStore } from './open-store.ts'

export function fencingContract(db: OpenStore): void {
  const write = (epoch: number | undefined, ...names: string[]) =>
    push(
      db.store,
      replacement(
        'topology',
        names.map(name => service(name)),
      ),
      epoch === undefined ? {} : { epoch },
    )
  const standing = () => replacement('topology', [service('a')], 'standing')
  const repeat = (epoch: number, bodyDigest = 'standing') =>
    db.store.repeat({ source: 'east', author: 'me', parts: ['topology'], bodyDigest, epoch })

  describe('an epoch', () => {
    test.each([
      ['a push', () => write(6, 'b')],
      ['a push of what stands', () => write(6, 'a')],
      ['a push of a body that stands', () => repeat(6)],
      ['a push of the other part', () => push(db.store, replacement('routes', []), { epoch: 6 })],
      ['a patch', () => push(db.store, patch('topology', [service('b')]), { epoch: 6 })],
      ['a patch of what was never pushed', () => push(db.store, patch('routes', []), { epoch: 6 })],
      ['a push whose condition fails', () => push(db.store, standing(), { epoch: 6, ifMatch: ['x'] })],
      ['a push that is tried', () => push(db.store, standing(), { epoch: 6, dryRun: true })],
      ['a removal', () => db.store.removeSource('east', 'me', { epoch: 6 })],
      ['a removal that is tried', () => db.store.removeSource('east', 'me', { epoch: 6, dryRun: true })],
      ['a sign of life', () => db.store.heard('east', 6)],
    ])('that is older than one of an accepted write fences %s', async (_, act) => {
      await push(db.store, standing(), { epoch: 7 })
      expect(await act()).toEqual({ outcome: 'fenced', given: 6, newest: 7 })
      expect(await db.store.head()).toBe(1)
    })

    test.each([
      ['a push', () => write(8, 'b')],
      ['a push of what stands', () => write(8, 'a')],
      ['a push of a body that stands', () => repeat(8)],
      ['a patch', () => push(db.store, patch('topology', [service('b')]), { epoch: 8 })],
      ['a snapshot', () => push(db.store, [standing(), replacement('routes', [route('r')])], { epoch: 8 })],
      ['a sign of life', () => db.store.heard('east', 8)],
    ])('of %s is known from then on, and after a restart', async (_, act) => {
      await push(db.store, standing(), { epoch: 7 })
      await act()
      await db.reopen()
      expect(await write(7, 'c')).toEqual({ outcome: 'fenced', given: 7, newest: 8 })
      expect(await write(8, 'c')).toMatchObject({ outcome: 'written' })
    })

    test.each([
      ['a push that is tried', () => push(db.store, replacement('topology', []), { epoch: 8, dryRun: true })],
      ['a push whose condition fails', () => push(db.store, standing(), { epoch: 8, ifMatch: ['x'] })],
      ['a push of a body that does not stand', () => repeat(8, 'other')],
      ['a patch of what was never pushed', () => push(db.store, patch('routes', []), { epoch: 8 })],
      ['a removal that is tried', () => db.store.removeSource('east', 'me', { epoch: 8, dryRun: true })],
    ])('of %s is not', async (_, act) => {
      await push(db.store, standing(), { epoch: 7 })
      await act()
      expect(await write(7, 'c')).toMatchObject({ outcome: 'written' })
    })

    test('may be any whole number', async () => {
      expect(await write(0, 'a')).toMatchObject({ outcome: 'written' })
      expect(await write(Number.MAX_SAFE_INTEGER, 'a')).toMatchObject({ outcome: 'unchanged' })
      expect(await write(0, 'a')).toMatchObject({ newest: Number.MAX_SAFE_INTEGER })
    })

    test('is nothing to writes that bring none', async () => {
      await write(7, 'a')
      expect(await write(undefined, 'b')).toMatchObject({ outcome: 'written' })
      expect(await db.store.heard('east')).toEqual({ outcome: 'heard' })
      expect(await write(6, 'c')).toMatchObject({ outcome: 'fenced' })
    })

    test('is of one source, goes with it, and comes back with no restore', async () => {
      await write(7, 'a')
      expect(await push(db.store, replacement('topology', []), { source: 'west', epoch: 1 })).toMatchObject({
        outcome: 'written',
      })
      expect(await db.store.removeSource('east', 'me', { epoch: 7 })).toMatchObject({ outcome: 'written' })
      await db.store.restore({ revision: 1, parts: ['topology'], author: 'me' })
      expect(await write(1, 'b')).toMatchObject({ outcome: 'written' })
    })

    test('of pushers side by side never falls', async () => {
      const epochs = Array.from({ length: 20 }, (_, n) => (n * 7) % 20)
      const accepted: number[] = []
      const note = (epoch: number) => (result: { readonly outcome: string }) => {
        if (result.outcome !== 'fenced') accepted.push(epoch)
      }
      await Promise.all([
        ...epochs.map(epoch => write(epoch, `s-${epoch}`).then(note(epoch))),
        ...epochs.map(epoch => db.store.heard('east', epoch).then(note(epoch))),
      ])
      expect(accepted).toContain(19)
      expect(await write(18, 'late')).toEqual({ outcome: 'fenced', given: 18, newest: 19 })
      const { items } = await db.store.revisions({ limit: 100, order: 'oldest' })
      const written = await Promise.all(
        items.map(({ revision }) => db.store.part('east', 'topology', revision)),
      )
      const names = written.map(state => (state !== null && 'entries' in state ? state.entries[0]?.name : ''))
      const order = names.map(name => Number(name?.slice('s-'.length)))
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    })
  })

  describe('a write that must find a part as it was', () => {
    const since = (unchangedSince: number, ...names: string[]) => ({
      ...replacement(
        'topology',
        names.map(name => service(name)),
      ),
      unchangedSince,
    })

    test('is told the revision in which it changed, and writes nothing', async () => {
      await write(undefined, 'a')
      expect(await push(db.store, since(1, 'b'))).toMatchObject({ outcome: 'written', revision: 2 })
      expect(await push(db.store, since(1, 'c'))).toEqual({ outcome: 'moved', revision: 2 })
      expect(await push(db.store, since(1, 'c'), { dryRun: true })).toEqual({ outcome: 'moved', revision: 2 })
      expect(await db.store.head()).toBe(2)
    })

    test('is told so of a restore, and not of other parts and sources', async () => {
      await write(undefined, 'a')
      await write(undefined, 'b')
      await push(db.store, replacement('routes', [route('r')]))
      await push(db.store, replacement('topology', []), { source: 'west' })
      expect(await push(db.store, since(2, 'c'), { dryRun: true })).toMatchObject({ outcome: 'written' })
      await db.store.restore({ revision: 1, source: 'east', parts: ['topology'], author: 'me' })
      expect(await push(db.store, since(2, 'c'))).toEqual({ outcome: 'moved', revision: 5 })
    })

    test('does not mind where it changes nothing, or the part is not there', async () => {
      expect(await push(db.store, since(0, 'a'))).toMatchObject({ outcome: 'written' })
      expect(await push(db.store, since(0, 'a'))).toMatchObject({ outcome: 'unchanged', revision: 1 })
      const snapshot = [since(0, 'a'), replacement('routes', [route('r')])]
      expect(await push(db.store, snapshot)).toMatchObject({ outcome: 'written', revision: 2 })
      await db.store.removeSource('east', 'me')
      expect(await push(db.store, since(0, 'a'))).toMatchObject({ outcome: 'written' })
    })

    test('is told of conditions that do not hold before', async () => {
      await write(undefined, 'a')
      expect(await push(db.store, since(0, 'b'), { ifMatch: ['x'] })).toMatchObject({ outcome: 'conflict' })
    })
  })

  test('a removal that is tried says what it would do', async () => {
    await write(undefined, 'a', 'b')
    expect(await db.store.removeSource('east', 'me', { dryRun: true })).toMatchObject({
      outcome: 'written',
      revision: null,
      changed: { added: 0, updated: 0, removed: 2 },
    })
    expect(await db.store.head()).toBe(1)
    expect([...(await db.store.lastHeard()).keys()]).toEqual(['east'])
  })
}
