import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type SourceSettings, sourceSettingsKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { endSilence } from '../../src/operations/end-silence.ts'
import { type FollowingReplica, followStore } from '../../src/replica/follow-store.ts'
import type { Lease } from '../../src/replica/housekeeping.ts'
import { type SilenceWatch, watchSilence } from '../../src/replica/watch-silence.ts'
import { type Revision, type Store, StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { push, replacement, service } from '../store/pushes.ts'

/** Short, and the second that a note may be old comes on top. */
const SHORT: SourceSettings = { staleAfter: '10ms', whenStale: 'standby' }

let store: Store
let replica: FollowingReplica
let watch: SilenceWatch | undefined
let lines: { msg: string; source?: string }[]
const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })

beforeEach(async () => {
  lines = []
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
  replica = await followStore(store, () => watch?.onChange(), log)
  watch = watchSilence(store, replica, heldSince(Date.now()), log)
})
afterEach(async () => {
  await watch?.close()
  await replica.close()
  await store.close()
})

function heldSince(since: number): Lease {
  return { isHeld: () => true, clock: () => ({ now: Date.now(), since }) }
}

/** The next revision of that cause from now on, applied here. */
function next(cause: Revision['cause']): Promise<Revision> {
  return new Promise((resolve, reject) => {
    const unsubscribe = store.subscribe(async ({ revision: number }) => {
      const revision = await store.revision(number).catch(reject)
      if (revision?.cause !== cause) return
      unsubscribe()
      await replica.reached(number)
      resolve(revision)
    })
  })
}

function configure(settings: SourceSettings | undefined, source = 'east') {
  const wanted = entry(sourceSettingsKey(source), JSON.stringify(settings ?? {}))
  const change = settings === undefined ? { upsert: [], remove: [wanted] } : { upsert: [wanted], remove: [] }
  return store.control({ cause: 'settings', source, author: 'me', ...change })
}

const stale = () => [...replica.world().staleSources.keys()]
const pushed = (source = 'east') => push(store, replacement('topology', [service('a')]), { source })

test('a source that falls silent is a row of the feed, and said in the log', async () => {
  const silent = next('stale')
  await configure(SHORT)
  await pushed()
  expect(await silent).toMatchObject({ source: 'east', part: 'control', author: 'vicinity' })
  const heardAt = (await store.lastHeard()).get('east')
  expect(replica.world().staleSources.get('east')).toEqual({ source: 'east', heardAt })
  await watch?.close()
  expect(lines).toMatchObject([{ msg: 'a source is silent', source: 'east', heardAt, whenStale: 'standby' }])
})

test('only sources with settings of their own fall silent, each after its own time', async () => {
  const silent = next('stale')
  await pushed('west')
  await pushed('north')
  await configure({ staleAfter: '1h' }, 'north')
  await pushed()
  await configure(SHORT)
  await silent
  expect(stale()).toEqual(['east'])
})

test('a source that is heard again is one of the others at once', async () => {
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  const heard = next('heard')
  await store.heard('east')
  await endSilence({ store, replica }, 'east')
  expect(await heard).toMatchObject({ source: 'east', author: 'vicinity' })
  expect(stale()).toEqual([])
  await next('stale')
  expect(stale()).toEqual(['east'])
})

test('what whoever heard it missed to write is made up for at the next look', async () => {
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  await store.heard('east')
  const heard = next('heard')
  await configure({ staleAfter: '1h' })
  await heard
  expect(stale()).toEqual([])
})

test.each([
  ['other settings', 'settings', () => configure({ staleAfter: '1h' })],
  ['no settings', 'settings', () => configure(undefined)],
] as const)('with %s a silent source is none any more', async (_, cause, change) => {
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  await change()
  await vi.waitFor(() => expect(stale()).toEqual([]))
  const { items } = await store.revisions({ limit: 1, order: 'newest' })
  expect(items).toMatchObject([{ cause }])
})

test('a source that is removed is not silent, though its settings stay', async () => {
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  const gone = next('heard')
  await store.removeSource('east', 'me')
  await configure({ ...SHORT, whenStale: 'drop' })
  await pushed()
  await gone
  expect(replica.world().sourceSettings.get('east')).toEqual({ ...SHORT, whenStale: 'drop' })
})

test('a start of the process finds silent sources as they were, and gives all others their time', async () => {
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  await watch?.close()
  await pushed('west')
  await configure(SHORT, 'west')
  const { length } = lines
  const before = Date.now()
  const again = next('stale')
  watch = watchSilence(store, replica, heldSince(before), log)
  expect((await again).source).toBe('west')
  expect(Date.now() - before).toBeGreaterThanOrEqual(1000)
  expect(stale().sort()).toEqual(['east', 'west'])
  expect(lines.slice(length)).toMatchObject([{ source: 'east' }, { source: 'west' }])
})

test('a database that is away is asked again', async () => {
  await watch?.close()
  let failures = 0
  const shaky: Store = {
    ...store,
    lastHeard() {
      failures += 1
      if (failures > 1) return store.lastHeard()
      throw new StoreUnavailable('the disk is gone', { operation: 'lastHeard', hint: 'wait' })
    },
  }
  watch = watchSilence(shaky, replica, heldSince(Date.now()), log)
  const silent = next('stale')
  await pushed()
  await configure(SHORT)
  await silent
  expect(lines.map(({ msg }) => msg)).toContain('looking for silent sources failed; it is tried again')
})

test('a replica that has lost the lease meanwhile writes nothing', async () => {
  await watch?.close()
  let isHeld = false
  const looks: (() => void)[] = []
  const looked = () => new Promise<void>(resolve => looks.push(resolve))
  const lease: Lease = {
    isHeld: () => {
      for (const one of looks.splice(0)) one()
      return isHeld
    },
    clock: () => ({ now: Date.now() + 60_000, since: 0 }),
  }
  const first = looked()
  await pushed()
  await configure(SHORT)
  watch = watchSilence(store, replica, lease, log)
  await first
  expect(stale()).toEqual([])
  const silent = next('stale')
  isHeld = true
  await silent
  expect(stale()).toEqual(['east'])
})
