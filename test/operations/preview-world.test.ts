import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Entry, entry, packEntries } from '../../src/model/entry.ts'
import { previewWorld } from '../../src/operations/preview-world.ts'
import type { Store } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { World } from '../../src/translate/world.ts'
import { WorldDraft } from '../../src/translate/world-draft.ts'

let store: Store
beforeEach(async () => {
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
})
afterEach(() => store.close())

function service(name: string, port = 80): Entry {
  const body = { namespace: 'team', name, ports: [{ name: 'of\nlines', port }] }
  return entry({ kind: 'Service', namespace: 'team', name }, JSON.stringify(body))
}

function topology(entries: readonly Entry[]) {
  return { part: 'topology' as const, entries: packEntries(entries) }
}

/** The world of what one source has pushed. */
async function worldAfter(...pushes: readonly Entry[][]): Promise<World> {
  for (const entries of pushes) {
    const part = { ...topology(entries), mode: 'replace' as const, bodyDigest: `${Math.random()}` }
    await store.write({ source: 'east', author: 'test', parts: [part] })
  }
  const draft = new WorldDraft(World.EMPTY)
  for await (const batch of store.changes({})) draft.add(batch)
  return draft.finish(await store.head()).world
}

test('a replace brings what is new, keeps when what changed came, and drops what is left out', async () => {
  const world = await worldAfter(
    [service('same'), service('changed')],
    [service('same'), service('changed'), service('gone')],
  )
  const parts = [{ ...topology([service('same'), service('changed', 81), service('new')]), remove: [] }]
  const preview = await previewWorld(store, world, { source: 'east', mode: 'replace' }, parts)
  expect([...preview.services.keys()].sort()).toEqual(['team/changed', 'team/new', 'team/same'])
  expect(preview.services.get('team/same')).toBe(world.services.get('team/same'))
  expect(preview.service('team', 'changed')).toMatchObject({
    ports: [{ port: 81 }],
    claims: [{ service: { source: 'east', created: 1, since: 3 } }],
  })
  expect(preview.revision).toBe(3)
})

test('a patch drops only what it says, and of the own source', async () => {
  const world = await worldAfter([service('a'), service('b'), service('c')])
  const remove = [{ kind: 'Service' as const, namespace: 'team', name: 'a' }]
  const parts = [{ ...topology([service('b', 81)]), remove }]
  const preview = await previewWorld(store, world, { source: 'east', mode: 'patch' }, parts)
  expect([...preview.services.keys()].sort()).toEqual(['team/b', 'team/c'])
  const other = await previewWorld(store, world, { source: 'west', mode: 'patch' }, parts)
  expect([...other.services.keys()].sort()).toEqual(['team/a', 'team/b', 'team/c'])
})

test('others get their turn while a large part is looked at', async () => {
  const entries = Array.from({ length: 2_000 }, (_, index) => service(`s-${index}`))
  const changed = Array.from({ length: 2_000 }, (_, index) => service(`s-${index}`, 81))
  const world = await worldAfter(entries)
  const standing = await store.entries({})
  const read = { ...store, entries: async () => standing }
  let turns = 0
  const count = () => {
    turns += 1
    counting = setImmediate(count)
  }
  let counting = setImmediate(count)
  const parts = [{ ...topology(changed), remove: [] }]
  await previewWorld(read, world, { source: 'east', mode: 'replace' }, parts)
  clearImmediate(counting)
  // A turn every few milliseconds, of work that takes many on any machine.
  expect(turns).toBeGreaterThan(5)
})
