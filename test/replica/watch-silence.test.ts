import { pino } from 'pino'
import { expect, type TestContext, test, vi } from 'vitest'
import { type SourceSettings, sourceSettingsKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { endSilence } from '../../src/operations/end-silence.ts'
import { followStore } from '../../src/replica/follow-store.ts'
import type { Lease } from '../../src/replica/housekeeping.ts'
import { type SilenceWatch, watchSilence } from '../../src/replica/watch-silence.ts'
import { type Revision, type Store, StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { push, replacement, service } from '../store/pushes.ts'

/** Short, and the second that a note may be old comes on top. */
const SHORT: SourceSettings = { staleAfter: '10ms', whenStale: 'standby' }

type Line = Readonly<{ msg: string; source?: string }>

/** A store, a replica that follows it, and the watch. The tests wait for clocks: so each has its own, and all run at once. */
async function openBed({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const lines: Line[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const store = await openStore({ kind: 'sqlite', path: ':memory:' })
  let watch: SilenceWatch | undefined
  const replica = await followStore(store, () => watch?.onChange(), log)
  onTestFinished(async () => {
    await watch?.close()
    await replica.close()
    await store.close()
  })

  /** The next revision of that cause from now on, applied here. */
  const next = (cause: Revision['cause']): Promise<Revision> =>
    new Promise((resolve, reject) => {
      const unsubscribe = store.subscribe(async ({ revision: number }) => {
        const revision = await store.revision(number).catch(reject)
        if (revision?.cause !== cause) return
        unsubscribe()
        await replica.reached(number)
        resolve(revision)
      })
    })
  const configure = (settings: SourceSettings | undefined, source = 'east') => {
    const wanted = entry(sourceSettingsKey(source), JSON.stringify(settings ?? {}))
    const change =
      settings === undefined ? { upsert: [], remove: [wanted] } : { upsert: [wanted], remove: [] }
    return store.control({ cause: 'settings', source, author: 'me', ...change })
  }
  const pushed = (source = 'east') => push(store, replacement('topology', [service('a')]), { source })
  return {
    store,
    replica,
    lines,
    next,
    configure,
    pushed,
    begin: (lease = heldSince(Date.now()), over: Store = store) => {
      watch = watchSilence(over, replica, lease, log)
    },
    end: async () => watch?.close(),
    stale: () => [...replica.world().staleSources.keys()],
    /** Source east pushes once, and is silent when this resolves. */
    fallSilent: async () => {
      const silent = next('stale')
      await pushed()
      await configure(SHORT)
      await silent
    },
  }
}

function heldSince(since: number): Lease {
  return { isHeld: () => true, clock: () => ({ now: Date.now(), since }) }
}

test.concurrent('a source that falls silent is a row of the feed, and said in the log', async context => {
  const { store, replica, lines, next, configure, pushed, begin, end } = await openBed(context)
  begin()
  const silent = next('stale')
  await configure(SHORT)
  await pushed()
  expect(await silent).toMatchObject({ source: 'east', part: 'control', author: 'vicinity' })
  const heardAt = (await store.lastHeard()).get('east')
  expect(replica.world().staleSources.get('east')).toEqual({ source: 'east', heardAt })
  await end()
  expect(lines).toMatchObject([{ msg: 'a source is silent', source: 'east', heardAt, whenStale: 'standby' }])
})

test.concurrent('only sources with settings of their own fall silent, each after its own time', async context => {
  const { configure, pushed, begin, fallSilent, stale } = await openBed(context)
  begin()
  await pushed('west')
  await pushed('north')
  await configure({ staleAfter: '1h' }, 'north')
  await fallSilent()
  expect(stale()).toEqual(['east'])
})

test.concurrent('a source that is heard again is one of the others at once', async context => {
  const { store, replica, next, begin, fallSilent, stale } = await openBed(context)
  begin()
  await fallSilent()
  const heard = next('heard')
  await store.heard('east')
  await endSilence({ store, replica }, 'east')
  expect(await heard).toMatchObject({ source: 'east', author: 'vicinity' })
  expect(stale()).toEqual([])
  await next('stale')
  expect(stale()).toEqual(['east'])
})

test.concurrent('what whoever heard it missed to write is made up for at the next look', async context => {
  const { store, next, configure, begin, fallSilent, stale } = await openBed(context)
  begin()
  await fallSilent()
  await store.heard('east')
  const heard = next('heard')
  await configure({ staleAfter: '1h' })
  await heard
  expect(stale()).toEqual([])
})

test.concurrent.for([
  ['other settings', { staleAfter: '1h' }],
  ['no settings', undefined],
] as const)('with %s a silent source is none any more', async ([, settings], context) => {
  const { store, configure, begin, fallSilent, stale } = await openBed(context)
  begin()
  await fallSilent()
  await configure(settings)
  await vi.waitFor(() => expect(stale()).toEqual([]))
  const { items } = await store.revisions({ limit: 1, order: 'newest' })
  expect(items).toMatchObject([{ cause: 'settings' }])
})

test.concurrent('a source that is removed is not silent, though its settings stay', async context => {
  const { store, replica, next, configure, pushed, begin, fallSilent } = await openBed(context)
  begin()
  await fallSilent()
  const gone = next('heard')
  await store.removeSource('east', 'me')
  await configure({ ...SHORT, whenStale: 'drop' })
  await pushed()
  await gone
  expect(replica.world().sourceSettings.get('east')).toEqual({ ...SHORT, whenStale: 'drop' })
})

test.concurrent('a start of the process finds silent sources as they were, and gives all others their time', async context => {
  const { lines, next, configure, pushed, begin, end, fallSilent, stale } = await openBed(context)
  begin()
  await fallSilent()
  await end()
  await pushed('west')
  await configure(SHORT, 'west')
  const { length } = lines
  const before = Date.now()
  const again = next('stale')
  begin(heldSince(before))
  expect((await again).source).toBe('west')
  expect(Date.now() - before).toBeGreaterThanOrEqual(1000)
  expect(stale().sort()).toEqual(['east', 'west'])
  expect(lines.slice(length)).toMatchObject([{ source: 'east' }, { source: 'west' }])
})

test.concurrent('a database that is away is asked again', async context => {
  const { store, lines, begin, fallSilent } = await openBed(context)
  let failures = 0
  const shaky: Store = {
    ...store,
    lastHeard() {
      failures += 1
      if (failures > 1) return store.lastHeard()
      throw new StoreUnavailable('the disk is gone', { operation: 'lastHeard', hint: 'wait' })
    },
  }
  begin(heldSince(Date.now()), shaky)
  await fallSilent()
  expect(lines.map(({ msg }) => msg)).toContain('looking for silent sources failed; it is tried again')
})

test.concurrent('a replica that has lost the lease meanwhile writes nothing', async context => {
  const { next, configure, pushed, begin, stale } = await openBed(context)
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
  begin(lease)
  await first
  expect(stale()).toEqual([])
  const silent = next('stale')
  isHeld = true
  await silent
  expect(stale()).toEqual(['east'])
})
