import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyText, PARTS } from '../../src/model/entry.ts'
import { EMPTY_PART_DIGEST, snapshotDigest } from '../../src/model/part-digest.ts'
import type {
  ChangeBatch,
  EntryDiff,
  PartState,
  Store,
  StoredEntry,
  WriteResult,
} from '../../src/store/store.ts'
import { digestOf, NaiveStore, sorted } from './naive-store.ts'
import { item, patch, push, replacement, revisionOf } from './pushes.ts'
import { RandomHistory, randomNumbers } from './random-history.ts'

/** One form of the store. */
export interface StoreForm {
  /** The word by which test/store/acknowledged-writes.ts knows it. */
  readonly name: 'sqlite'
  /** A place for a database that does not exist yet. */
  create(): Promise<{ readonly location: string; drop(): Promise<void> }>
  open(location: string): Promise<Store>
}

const service = (name: string, content: unknown = 'x') => item('Service', name, content)
const route = (name: string, content: unknown = 'x') => item('HTTPRoute', name, content)
const KEEP_NOTHING = { topology: 0, routes: 0 }

/** What every form of the store must do; the words are those of src/store/store.ts. */
export function storeContract(form: StoreForm): void {
  let database: Awaited<ReturnType<StoreForm['create']>>
  let store: Store

  beforeEach(async () => {
    database = await form.create()
    store = await form.open(database.location)
  })
  afterEach(async () => {
    await store.close()
    await database.drop()
  })

  async function reopen(): Promise<void> {
    await store.close()
    store = await form.open(database.location)
  }

  describe('a push', () => {
    test('makes the next revision, with what changed counted', async () => {
      expect(await store.head()).toBe(0)
      const first = await push(store, replacement('topology', [service('a'), service('b'), service('c')]))
      expect(first).toMatchObject({
        outcome: 'written',
        revision: 1,
        changed: { added: 3, updated: 0, removed: 0 },
      })
      const second = await push(store, replacement('topology', [service('a'), service('b', 2), service('d')]))
      expect(second).toMatchObject({ revision: 2, changed: { added: 1, updated: 1, removed: 1 } })
      expect(await store.head()).toBe(2)
    })

    test('of equal content makes no revision and names the one that wrote what stands', async () => {
      const first = await push(store, replacement('topology', [service('a')]))
      await push(store, replacement('routes', [route('r')]))
      const again = await push(store, replacement('topology', [service('a')]))
      expect(again).toEqual({ outcome: 'unchanged', revision: 1, digest: digest(first) })
      expect(await store.head()).toBe(2)
    })

    test('of the same bytes as the last replace is not looked at, until something else has written', async () => {
      const content = [service('a')]
      await push(store, replacement('topology', content, 'hash'))
      const notEvenParsed = { ...replacement('topology', [], 'hash'), entries: new TextEncoder().encode('{') }
      expect(await push(store, notEvenParsed)).toMatchObject({ outcome: 'unchanged', revision: 1 })
      await push(store, patch('topology', [service('b')]))
      expect(await push(store, replacement('topology', content, 'hash'))).toMatchObject({ revision: 3 })
      await push(store, replacement('topology', [], 'other'))
      await store.restore({ revision: 2, parts: ['topology'], source: 'east', author: 'me' })
      expect(await push(store, replacement('topology', [], 'other'))).toMatchObject({ revision: 6 })
    })

    test('of an empty part brings the part into being', async () => {
      expect(await store.part('east', 'routes')).toBeNull()
      const first = await push(store, replacement('routes', []))
      expect(first).toMatchObject({ outcome: 'written', revision: 1, digest: EMPTY_PART_DIGEST })
      expect(await store.part('east', 'routes')).toEqual({
        entries: [],
        digest: EMPTY_PART_DIGEST,
        revision: 1,
      })
      expect(await push(store, replacement('routes', []))).toMatchObject({
        outcome: 'unchanged',
        revision: 1,
      })
    })

    test('and a patch that lead to equal content agree in their digest', async () => {
      await push(store, replacement('topology', [service('a'), service('b')]))
      const patched = await push(store, patch('topology', [service('b', 2), service('c')], [service('a')]))
      const pushed = await push(store, replacement('topology', [service('c'), service('b', 2)]), {
        source: 'west',
      })
      expect(digest(patched)).toBe(digest(pushed))
    })

    test('takes the bytes over, but never more than its own', async () => {
      const part = replacement('topology', [service('a')])
      const pool = new Uint8Array(part.entries.byteLength + 10)
      pool.set(part.entries, 5)
      const pooled = { ...part, entries: pool.subarray(5, pool.length - 5) }
      await push(store, pooled)
      expect(pool.byteLength).toBe(part.entries.byteLength + 10)
      await push(store, part, { source: 'west' })
      expect(part.entries.byteLength).toBe(0)
      expect(await store.entries({ name: 'a' })).toHaveLength(2)
    })

    test('of both parts is one revision and has one digest for both', async () => {
      const both = [replacement('topology', [service('a')]), replacement('routes', [route('r')])]
      const result = await push(store, both)
      const parts = await Promise.all(PARTS.map(part => store.part('east', part)))
      const [topology, routes] = parts as [PartState, PartState]
      expect([topology.revision, routes.revision]).toEqual([1, 1])
      expect(digest(result)).toBe(snapshotDigest(topology.digest, routes.digest))
      expect(await store.revision(1)).toMatchObject({ part: 'both', changed: { added: 2 } })
      const half = [replacement('topology', [service('a', 2)]), replacement('routes', [route('r')])]
      expect(await push(store, half)).toMatchObject({ revision: 2, changed: { added: 0, updated: 1 } })
      expect(await store.part('east', 'routes')).toMatchObject({ revision: 1 })
    })

    test('with many entries is taken and given back whole and in order', async () => {
      const many = Array.from({ length: 3_500 }, (_, n) => service(`s-${n}`, 'x'.repeat(500)))
      await push(store, replacement('topology', many))
      const state = (await store.part('east', 'topology')) as PartState
      expect(state.entries).toEqual(sorted(many))
      expect(await store.entries({})).toHaveLength(3_500)
      expect(await store.diff(0, 1)).toHaveLength(3_500)
    })
  })

  describe('a patch', () => {
    test('of a part that was never pushed is refused as unknown', async () => {
      expect(await push(store, patch('topology', [service('a')]))).toEqual({ outcome: 'unknown' })
      await push(store, replacement('routes', []))
      expect(await push(store, patch('topology', [service('a')]))).toEqual({ outcome: 'unknown' })
    })

    test('that removes what is not there, or puts what is there, changes nothing', async () => {
      await push(store, replacement('topology', [service('a')]))
      const result = await push(store, patch('topology', [service('a')], [service('ghost')]))
      expect(result).toMatchObject({ outcome: 'unchanged', revision: 1 })
    })

    test('keeps an entry that it both removes and puts', async () => {
      await push(store, replacement('topology', [service('a')]))
      const result = await push(store, patch('topology', [service('a', 2)], [service('a')]))
      expect(result).toMatchObject({ changed: { added: 0, updated: 1, removed: 0 } })
    })
  })

  describe('an entry', () => {
    test('keeps its first revision when it is replaced, and is new when it comes back', async () => {
      await push(store, replacement('topology', [service('a'), service('b')]))
      await push(store, patch('topology', [service('a', 2)]))
      expect(await named(store, 'a')).toMatchObject([{ since: 2, created: 1, source: 'east' }])
      await push(store, patch('topology', [], [service('a')]))
      expect(await named(store, 'a')).toEqual([])
      await push(store, patch('topology', [service('a', 2)]))
      expect(await named(store, 'a')).toMatchObject([{ since: 4, created: 4 }])
    })

    test('is found by kind, namespace and name, now and then, in all sources', async () => {
      await push(store, replacement('topology', [service('a'), item('Endpoints', 'a'), service('b')]))
      await push(store, replacement('topology', [service('a')]), { source: 'west' })
      await push(store, patch('topology', [service('a', 2)]))
      const found = (await store.entries({
        kinds: ['Service'],
        namespace: 'default',
        name: 'a',
      })) as StoredEntry[]
      expect(found.map(e => [e.source, e.since]).sort()).toEqual([
        ['east', 3],
        ['west', 2],
      ])
      expect(await store.entries({ kinds: ['Endpoints'] })).toMatchObject([{ name: 'a' }])
      expect(await store.entries({ name: 'a', revision: 1 })).toHaveLength(2)
      expect(await store.entries({ namespace: 'elsewhere' })).toEqual([])
    })
  })

  describe('preconditions', () => {
    test('ifMatch lets a write through only when that digest stands', async () => {
      const first = await push(store, replacement('topology', [service('a')]))
      const second = await push(store, replacement('topology', [service('b')]), { ifMatch: [digest(first)] })
      expect(second.outcome).toBe('written')
      const late = await push(store, replacement('topology', [service('c')]), { ifMatch: [digest(first)] })
      expect(late).toEqual({ outcome: 'conflict', digest: digest(second) })
      const either = { ifMatch: [digest(first), digest(second)] }
      expect(await push(store, replacement('topology', [service('c')]), either)).toMatchObject({
        revision: 3,
      })
      expect(await push(store, replacement('topology', []), { ifMatch: ['*'] })).toMatchObject({
        revision: 4,
      })
    })

    test('ifMatch of anything is a conflict where nothing was ever pushed', async () => {
      const result = await push(store, replacement('topology', []), { ifMatch: ['*'] })
      expect(result).toEqual({ outcome: 'conflict', digest: null })
    })

    test('ifNoneMatch lets only the first push through', async () => {
      const first = await push(store, replacement('topology', [service('a')]), { ifNoneMatch: true })
      const second = await push(store, replacement('topology', [service('b')]), { ifNoneMatch: true })
      expect(second).toEqual({ outcome: 'conflict', digest: digest(first) })
    })

    test('of a snapshot are about both parts', async () => {
      const both = () => [replacement('topology', [service('a')]), replacement('routes', [route('r')])]
      const first = await push(store, both(), { ifNoneMatch: true })
      expect(await push(store, both(), { ifNoneMatch: true })).toMatchObject({ outcome: 'conflict' })
      await push(store, patch('routes', [route('q')]))
      expect(await push(store, both(), { ifMatch: [digest(first)] })).toMatchObject({ outcome: 'conflict' })
    })

    test('let concurrent writers of one part lose nothing', async () => {
      await push(store, replacement('topology', []))
      const add = async (name: string): Promise<number> => {
        for (let tries = 1; ; tries += 1) {
          const state = (await store.part('east', 'topology')) as PartState
          const parts = replacement('topology', [...state.entries, service(name)])
          const result = await push(store, parts, { ifMatch: [state.digest] })
          if (result.outcome === 'written') return tries
        }
      }
      const names = Array.from({ length: 20 }, (_, n) => `s-${n}`)
      const tries = await Promise.all(names.map(add))
      expect(Math.max(...tries)).toBeGreaterThan(1)
      const state = (await store.part('east', 'topology')) as PartState
      expect(state.entries.map(e => e.name)).toEqual(names.toSorted())
      expect(await store.head()).toBe(21)
    })
  })

  describe('a dry run', () => {
    test('says what would happen and stores nothing', async () => {
      await push(store, replacement('topology', [service('a'), service('b')]))
      const wanted = () => replacement('topology', [service('a', 2), service('c')], 'hash')
      const dry = await push(store, wanted(), { dryRun: true })
      expect(dry).toMatchObject({ revision: null, changed: { added: 1, updated: 1, removed: 1 } })
      expect(await store.head()).toBe(1)
      expect(await store.part('east', 'topology')).toMatchObject({ revision: 1 })
      expect(await store.revisions({ limit: 9, order: 'newest' })).toMatchObject({ total: 1 })
      const real = await push(store, wanted())
      expect(real).toEqual({ ...dry, revision: 2 })
      const restore = { revision: 1, parts: PARTS, author: 'me' }
      const dryRestore = await store.restore({ ...restore, dryRun: true })
      expect(await store.head()).toBe(2)
      expect(await store.restore(restore)).toEqual({ ...dryRestore, revision: 3 })
    })
  })

  describe('the changes', () => {
    test('after the head are none', async () => {
      expect(await collect(store.changes(0))).toEqual([])
      await push(store, replacement('topology', [service('a')]))
      expect(await collect(store.changes(1))).toEqual([])
    })

    test('name each key once: as it stands, or as gone', async () => {
      await push(store, replacement('topology', [service('a'), service('b'), service('c')]))
      await push(store, patch('topology', [service('a', 2), service('new')], [service('b')]))
      await push(store, patch('topology', [service('a', 3)], [service('new')]))
      const [batch, ...more] = await collect(store.changes(1))
      expect(more).toEqual([])
      expect(batch).toMatchObject({
        revision: 3,
        reset: false,
        upserted: [{ name: 'a', since: 3, created: 1 }],
      })
      expect(batch?.removed).toEqual([{ source: 'east', kind: 'Service', namespace: 'default', name: 'b' }])
    })

    test('bring a reader to the head even where nothing changed in the end', async () => {
      await push(store, replacement('topology', []))
      expect(await collect(store.changes(0))).toEqual([
        { revision: 1, reset: false, upserted: [], removed: [] },
      ])
    })

    test('come in batches that are one state, whatever is written meanwhile', async () => {
      const many = (content: unknown) => Array.from({ length: 2_500 }, (_, n) => service(`s-${n}`, content))
      await push(store, replacement('topology', many(1)))
      const seen = new Map<string, StoredEntry>()
      let batches = 0
      for await (const batch of store.changes(0)) {
        expect(batch.revision).toBe(1)
        apply(seen, batch)
        batches += 1
        await push(store, patch('topology', many(2).slice(2_400 - batches * 300), [service(`s-${batches}`)]))
      }
      expect(batches).toBeGreaterThan(2)
      expect(seen.size).toBe(2_500)
      expect(new Set([...seen.values()].map(e => e.since))).toEqual(new Set([1]))
      for await (const batch of store.changes(1)) apply(seen, batch)
      expect(withoutOrder(seen.values())).toEqual(withoutOrder((await store.entries({})) as StoredEntry[]))
    })

    test('wake their subscribers after each commit, and no more once they left', async () => {
      const heard: number[] = []
      const unsubscribe = store.subscribe(revision => heard.push(revision))
      await push(store, replacement('topology', [service('a')]))
      await push(store, replacement('topology', [service('a')]))
      await push(store, replacement('topology', [service('b')]), { dryRun: true })
      await store.removeSource('east', 'me')
      expect(heard).toEqual([1, 2])
      unsubscribe()
      await push(store, replacement('topology', [service('a')]))
      expect(heard).toEqual([1, 2])
    })
  })

  describe('history', () => {
    test('tells who wrote what, newest or oldest first, filtered, in pages', async () => {
      await push(store, replacement('topology', [service('a')]), { author: 'syncer' })
      await push(store, replacement('routes', [route('r')]), { source: 'west' })
      await push(store, patch('topology', [service('b')]), { author: 'syncer' })
      await store.restore({ revision: 1, source: 'east', parts: ['topology'], author: 'me' })
      await store.removeSource('west', 'me')
      const ids = async (query: Partial<Parameters<Store['revisions']>[0]>) => {
        const { items, total } = await store.revisions({ limit: 10, order: 'newest', ...query })
        return { ids: items.map(({ revision }) => revision), total }
      }
      expect(await ids({})).toEqual({ ids: [5, 4, 3, 2, 1], total: 5 })
      expect(await ids({ limit: 2, after: 4 })).toEqual({ ids: [3, 2], total: 5 })
      expect(await ids({ order: 'oldest', limit: 2, after: 2 })).toEqual({ ids: [3, 4], total: 5 })
      expect(await ids({ source: 'west' })).toEqual({ ids: [5, 2], total: 2 })
      expect(await ids({ author: 'syncer', cause: 'patch' })).toEqual({ ids: [3], total: 1 })
      expect(await ids({ part: 'both' })).toEqual({ ids: [5], total: 1 })
      expect(await store.revision(4)).toMatchObject({
        cause: 'restore',
        restored: 1,
        source: 'east',
        author: 'me',
      })
      expect((await store.revision(1))?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(await store.revision(6)).toBeNull()
    })

    test('lists the sources with what stands of each part', async () => {
      const topology = await push(store, replacement('topology', [service('a'), service('b')]))
      await push(store, replacement('routes', [route('r')]), { source: 'west' })
      await push(store, replacement('routes', []))
      const { createdAt } = (await store.revision(1)) as { createdAt: string }
      const sources = await store.sources()
      expect(sources).toMatchObject([
        { source: 'east', created: 1 },
        { source: 'west', created: 2 },
      ])
      expect(sources[0]?.parts).toMatchObject([
        { part: 'topology', digest: digest(topology), revision: 1, entries: 2, changedAt: createdAt },
        { part: 'routes', digest: EMPTY_PART_DIGEST, revision: 3, entries: 0 },
      ])
      await store.removeSource('east', 'me')
      expect((await store.sources()).map(({ source }) => source)).toEqual(['west'])
      expect(await store.part('east', 'topology')).toBeNull()
      expect(await store.part('east', 'topology', 3)).toMatchObject({ revision: 1, digest: digest(topology) })
      expect(await store.removeSource('east', 'me')).toEqual({ outcome: 'unknown' })
    })

    test('restores one part of one source and leaves the rest', async () => {
      await push(store, replacement('routes', [route('r'), route('q')]))
      await push(store, replacement('routes', [route('r', 2)]))
      await push(store, replacement('topology', [service('a')]))
      await push(store, replacement('routes', [route('r', 9)]), { source: 'west' })
      const first = (await store.part('east', 'routes', 1)) as PartState
      const result = await store.restore({ revision: 1, source: 'east', parts: ['routes'], author: 'me' })
      expect(result).toEqual({
        outcome: 'written',
        revision: 5,
        digest: first.digest,
        changed: { added: 1, updated: 1, removed: 0 },
      })
      expect(await store.part('east', 'routes')).toEqual({ ...first, revision: 5 })
      expect(await store.part('east', 'topology')).toMatchObject({ revision: 3 })
      expect(await store.part('west', 'routes')).toMatchObject({ revision: 4 })
      expect(await store.restore({ revision: 1, source: 'east', parts: ['routes'], author: 'me' })).toEqual({
        outcome: 'unchanged',
        revision: 5,
        digest: first.digest,
      })
    })

    test('cannot restore what never was', async () => {
      await push(store, replacement('routes', [route('r')]))
      const parts = ['routes'] as const
      expect(await store.restore({ revision: 2, parts, author: 'me' })).toEqual({ outcome: 'unknown' })
      expect(await store.restore({ revision: 1, parts, author: 'me', source: 'west' })).toEqual({
        outcome: 'unknown',
      })
    })

    test('of 300 random pushes, patches, restores and removals is that of a naive store', async () => {
      const naive = new NaiveStore()
      const history = new RandomHistory(20_26, store, naive)
      while (naive.head < 300) {
        const { written, expected } = await history.step()
        expect(written, `after revision ${naive.head}`).toBe(expected)
      }
      expect(await store.head()).toBe(naive.head)

      const places = ['east', 'west', 'north'].flatMap(source => PARTS.map(part => ({ source, part })))
      for (let revision = 0; revision <= naive.head; revision += 1) {
        const all = (await store.entries({ revision })) as StoredEntry[]
        expect(withoutOrder(all)).toEqual(withoutOrder(naive.entriesAt(revision)))
        const { source, part } = history.pick(places)
        const content = naive.at(revision).get(`${source}/${part}`)
        const state = (await store.part(source, part, revision)) as PartState | null
        expect(state?.digest ?? null).toBe(digestOf(content))
        expect(state?.entries.map(e => e.digest)).toEqual(
          content && sorted(content.values()).map(e => e.digest),
        )
        const seen = new Map(naive.entriesAt(revision).map(e => [`${e.source}/${keyText(e)}`, e]))
        for await (const batch of store.changes(revision)) apply(seen, batch)
        expect(withoutOrder(seen.values())).toEqual(withoutOrder(naive.entriesAt(naive.head)))
      }
      for (let pair = 0; pair < 300; pair += 1) {
        const [from, to] = [history.revision(), history.revision()]
        expect(await store.diff(from, to)).toEqual(naive.diff(from, to))
        const ofEast = naive.diff(from, to).filter(({ source }) => source === 'east')
        expect(await store.diff(from, to, 'east')).toEqual(ofEast)
      }
    })
  })

  describe('retention', () => {
    test('takes only what was closed, and answers gone for what needs it', async () => {
      await push(store, replacement('topology', [service('a'), service('b')]))
      await push(store, patch('topology', [service('a', 2)], [service('b')]))
      await push(store, replacement('topology', [service('w')]), { source: 'west' })
      expect(await store.retain({ topology: 60_000, routes: 60_000 })).toBe(0)
      expect(await store.retain(KEEP_NOTHING)).toBeGreaterThanOrEqual(3)
      const gone = { outcome: 'gone', oldest: 2 }
      expect(await store.part('east', 'topology', 1)).toEqual(gone)
      expect(await store.entries({ revision: 1 })).toEqual(gone)
      expect(await store.diff(1, 3)).toEqual(gone)
      expect(await store.restore({ revision: 1, parts: ['topology'], author: 'me' })).toEqual(gone)
      expect(await store.part('east', 'topology', 2)).toMatchObject({ entries: [{ name: 'a' }] })
      expect(await store.part('west', 'topology', 3)).toMatchObject({ entries: [{ name: 'w' }] })
      expect(await store.entries({ revision: 1, kinds: ['HTTPRoute'] })).toEqual([])
      expect(await store.diff(2, 3)).toHaveLength(1)
      expect(await store.retain(KEEP_NOTHING)).toBe(0)
    })

    test('answers gone, and not that there was nothing, where only the part itself was closed', async () => {
      await push(store, replacement('topology', [service('a')]))
      await push(store, patch('topology', [service('b')]))
      await store.retain(KEEP_NOTHING)
      expect(await store.part('east', 'topology', 1)).toEqual({ outcome: 'gone', oldest: 2 })
    })

    test('keeps each part as long as its own age', async () => {
      await push(store, [replacement('topology', [service('a')]), replacement('routes', [route('r')])])
      await push(store, [replacement('topology', [service('a', 2)]), replacement('routes', [route('r', 2)])])
      await store.retain({ topology: 0, routes: Number.POSITIVE_INFINITY })
      expect(await store.part('east', 'routes', 1)).toMatchObject({ revision: 1 })
      expect(await store.part('east', 'topology', 1)).toMatchObject({ outcome: 'gone' })
    })

    test('keeps the revisions that wrote what stands, and the head', async () => {
      await push(store, replacement('topology', [service('a')]))
      await push(store, patch('topology', [service('b')]))
      await push(store, patch('topology', [service('b', 2)]))
      await push(store, patch('topology', [], [service('b')]))
      const kept = async () => {
        const { items } = await store.revisions({ limit: 10, order: 'oldest' })
        return items.map(({ revision }) => revision)
      }
      await store.retain(KEEP_NOTHING)
      expect(await kept()).toEqual([1, 4])
      await store.removeSource('east', 'me')
      await store.retain(KEEP_NOTHING)
      expect(await kept()).toEqual([5])
      await reopen()
      expect(await store.head()).toBe(5)
      expect(revisionOf(await push(store, replacement('topology', [service('c')])))).toBe(6)
    })

    test('makes a reader that was away too long begin anew', async () => {
      await push(store, replacement('topology', [service('a'), service('b')]))
      await push(store, patch('topology', [service('c')], [service('a')]))
      await push(store, patch('topology', [service('d')]))
      await store.retain(KEEP_NOTHING)
      const [late] = await collect(store.changes(1))
      expect(late).toMatchObject({ reset: true, removed: [] })
      expect(late?.upserted.map(({ name }) => name).sort()).toEqual(['b', 'c', 'd'])
      await push(store, patch('topology', [service('e')]))
      expect(await collect(store.changes(3))).toMatchObject([{ reset: false, upserted: [{ name: 'e' }] }])
    })

    test('goes in slices that let other calls through', async () => {
      const many = (content: unknown) => Array.from({ length: 3_000 }, (_, n) => service(`s-${n}`, content))
      await push(store, replacement('topology', many(1)))
      await push(store, replacement('topology', many(2)))
      let retained = false
      const retention = store.retain(KEEP_NOTHING).then(deleted => {
        retained = true
        return deleted
      })
      await store.head()
      await push(store, patch('topology', [service('s-1', 3)]))
      expect(retained).toBe(false)
      expect(await retention).toBeGreaterThanOrEqual(3_000)
    })
  })

  describe('durability', () => {
    test('everything is there after close and reopen, and a closed store says so', async () => {
      const result = await push(store, replacement('topology', [service('a')], 'hash'))
      const before = await store.entries({})
      const closed = store
      await reopen()
      await expect(closed.head()).rejects.toMatchObject({ name: 'StoreUnavailable', operation: 'head' })
      expect(await store.entries({})).toEqual(before)
      const again = await push(store, replacement('topology', [service('a')], 'hash'))
      expect(again).toEqual({ outcome: 'unchanged', revision: 1, digest: digest(result) })
    })

    test('a process killed in the middle of writes loses nothing that it acknowledged', async () => {
      const random = randomNumbers(9)
      for (let round = 0; round < 3; round += 1) {
        await store.close()
        const acknowledged = await killedWriter(form.name, database.location, 20 + Math.floor(random() * 60))
        store = await form.open(database.location)
        const head = await store.head()
        expect(head).toBeGreaterThanOrEqual(acknowledged)
        const { entries, digest } = (await store.part('east', 'topology')) as PartState
        expect(digest).toBe(digestOf(new Map(entries.map(e => [keyText(e), e as StoredEntry]))))
        const names = new Set(entries.map(e => e.name))
        const { items } = await store.revisions({ limit: 1_000, order: 'oldest' })
        expect(items.map(({ revision }) => revision)).toEqual(Array.from({ length: head }, (_, n) => n + 1))
        const added = items
          .filter(({ cause }) => cause === 'patch')
          .map(({ revision }) => `service-${revision}`)
        // The writer empties the part when it starts, so only the last round's are left.
        expect(added.slice(-10).filter(name => !names.has(name))).toEqual([])
      }
    })
  })
}

function digest(result: WriteResult): string {
  if (result.outcome === 'unknown' || result.digest === null) throw new Error(`no digest: ${result.outcome}`)
  return result.digest
}

async function named(store: Store, name: string): Promise<StoredEntry[]> {
  return (await store.entries({ kinds: ['Service'], namespace: 'default', name })) as StoredEntry[]
}

async function collect(batches: AsyncIterable<ChangeBatch>): Promise<ChangeBatch[]> {
  const all: ChangeBatch[] = []
  for await (const batch of batches) all.push(batch)
  return all
}

/** What a reader of the feed does. */
function apply(seen: Map<string, StoredEntry>, batch: ChangeBatch): void {
  const text = (key: EntryDiff | StoredEntry | ChangeBatch['removed'][number]) =>
    `${key.source}/${keyText(key)}`
  for (const entry of batch.upserted) seen.set(text(entry), entry)
  for (const key of batch.removed) {
    expect(seen.has(text(key)), 'only what a reader has is removed').toBe(true)
    seen.delete(text(key))
  }
}

function withoutOrder(entries: Iterable<StoredEntry>): string[] {
  return Array.from(
    entries,
    e => `${e.source} ${keyText(e)} ${e.digest} ${e.since} ${e.created} ${e.body}`,
  ).sort()
}

/** Runs a writer, kills it after so many acknowledged writes, and returns the last of them. */
async function killedWriter(form: string, location: string, writes: number): Promise<number> {
  const script = fileURLToPath(new URL('./acknowledged-writes.ts', import.meta.url))
  const args = ['--import', 'tsx', script, form, location]
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > writes) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  const lines = output.split('\n').slice(0, -1)
  return Number(lines.at(-1))
}
