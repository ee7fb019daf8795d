import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import type { StoredEntry } from '../../src/model/change.ts'
import { demandEntry } from '../../src/model/control.ts'
import { parseTopology } from '../../src/model/parse-topology.ts'
import { FleetDemand } from '../../src/replica/demand-meter.ts'
import { type DemandRows, type DemandTiming, keepDemandRows } from '../../src/replica/demand-rows.ts'
import { type FollowingReplica, followStore } from '../../src/replica/follow-store.ts'
import { type Position, type Store, StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { Reporters } from '../../src/xds/load-reports/reporters.ts'
import { ViewpointCensus } from '../../src/xds/tables/viewpoint-census.ts'
import { push, replacement } from '../store/pushes.ts'
import { viewpoint } from '../support/candidate.ts'

const log = pino({ level: 'silent' })
const QUICK: DemandTiming = { window: 20, hold: 0, beat: 1, settle: 1, retry: 1 }
/** Peaks last longer than a test. */
const LASTING = { ...QUICK, window: 600_000 }

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close()
})

interface Fleet {
  readonly store: Store
  readonly replica: FollowingReplica
  /** So many proxies more in each zone; returns the way for all of them to leave. */
  join(counts: Readonly<Record<string, number>>): () => void
  /** What the rows say. */
  rows(): Record<string, number>
}

async function start(store: Store, timing: DemandTiming, control = store.control): Promise<Fleet> {
  const census = new ViewpointCensus()
  let kept: DemandRows | undefined
  const replica = await followStore(store, () => kept?.onChange(), log)
  closing.push(() => replica.close())
  const meter = new FleetDemand({
    ...timing,
    census,
    reporters: new Reporters(timing.window),
    locate: one => replica.world().locate(one),
  })
  closing.push(() => meter.close())
  kept = keepDemandRows({ store: { control }, replica, meter, log, timing })
  const { close } = kept
  closing.push(() => close())
  return {
    store,
    replica,
    join: counts => {
      const leave = Object.entries(counts).flatMap(([zone, count]) =>
        Array.from({ length: count }, () => census.count(viewpoint(`zone-${zone}`))),
      )
      return () => {
        for (const one of leave) one()
      }
    },
    rows: () =>
      Object.fromEntries(
        replica
          .world()
          .demand.toArray()
          .map(([key, { demand }]) => [key.replace('r1/zone-', ''), demand]),
      ),
  }
}

async function emptyStore(): Promise<Store> {
  const store = await openStore({ kind: 'sqlite', path: ':memory:' })
  closing.push(() => store.close())
  return store
}

/** The service `web` with so many endpoints in each zone. */
async function pushWeb(
  store: Store,
  counts: Readonly<Record<string, number>>,
  locality: object = { mode: 'Balanced' },
) {
  const endpoints = Object.entries(counts).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, index) => ({
      address: '10.0.0.1',
      port: zone.charCodeAt(0) * 100 + index,
      region: 'r1',
      zone: `zone-${zone}`,
    })),
  )
  const parsed = parseTopology({ services: [{ name: 'web', ports: [{ port: 80 }], locality, endpoints }] })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return push(store, replacement('topology', parsed.value.entries))
}

test('what zones ask for is written as one revision that says where it comes from', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), LASTING)
  await pushWeb(store, { a: 3, b: 3, c: 3 })
  join({ a: 8, b: 1, c: 1 })
  await replica.reached(2)
  expect(rows()).toEqual({ a: 8, b: 1, c: 1 })
  const { cause, author, source, part, changed } = (await store.revision(2)) ?? {}
  expect({ cause, author, source, part, changed }).toEqual({
    cause: 'demand',
    author: 'vicinity',
    source: null,
    part: 'control',
    changed: { added: 3, updated: 0, removed: 0 },
  })
})

test('proxies that come or go and that nobody would notice write nothing, until they add up', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), LASTING)
  await pushWeb(store, { a: 3, b: 3, c: 3 })
  join({ a: 80, b: 10, c: 10 })
  await replica.reached(2)
  join({ a: 1, b: 3 })()
  join({ b: 4 })
  // Whatever changes has what came before it looked at.
  await pushWeb(store, { a: 6, b: 6, c: 6 })
  await replica.reached(3)
  join({ b: 40 })
  await replica.reached(4)
  expect(rows()).toEqual({ a: 81, b: 54, c: 10 })
  expect((await store.revision(4))?.cause).toBe('demand')
})

test('a fleet that reconnects within the window writes nothing', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), LASTING)
  await pushWeb(store, { a: 1, b: 1 })
  const leave = join({ a: 8, b: 2 })
  await replica.reached(2)
  leave()
  for (let index = 0; index < 4; index += 1) join({ a: 2 })
  join({ b: 2 })
  join({ b: 16 })
  await replica.reached(3)
  expect(rows()).toEqual({ a: 8, b: 18 })
})

test('when they have been gone for longer than the window, that is written', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), QUICK)
  await pushWeb(store, { a: 1, b: 1 })
  const leave = join({ a: 8 })
  join({ b: 2 })
  await replica.reached(2)
  expect(rows()).toEqual({ a: 8, b: 2 })
  leave()
  // A machine with other work may let them go one by one.
  await vi.waitFor(() => expect(rows()).toEqual({ b: 2 }), { timeout: 10_000 })
})

test('a service whose endpoints change is looked at again with the demand that nobody noticed before', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), LASTING)
  await pushWeb(store, { a: 10, b: 10 })
  join({ a: 6, b: 6 })
  await pushWeb(store, { a: 10, b: 30 })
  await replica.reached(3)
  expect(rows()).toEqual({ a: 6, b: 6 })
})

test('there are no rows while no service is balanced', async () => {
  const { store, replica, join, rows } = await start(await emptyStore(), LASTING)
  join({ a: 8, b: 1 })
  await pushWeb(store, { a: 1, b: 1 }, {})
  await pushWeb(store, { a: 1, b: 1 })
  await replica.reached(3)
  expect((await store.revision(3))?.cause).toBe('demand')
  await pushWeb(store, { a: 1, b: 1 }, {})
  await replica.reached(5)
  expect(rows()).toEqual({})
})

test('a process that has just started leaves the rows that stand alone until it has seen its fleet', async () => {
  const store = await emptyStore()
  await pushWeb(store, { a: 1, b: 1 })
  const standing = [demandEntry({ region: 'r1', zone: 'zone-a', demand: 8 })]
  await store.control({ cause: 'demand', source: null, author: 'vicinity', upsert: standing, remove: [] })
  const began = performance.now()
  const { replica, join, rows } = await start(store, { ...LASTING, window: 100 })
  join({ b: 1 })
  await replica.reached(3)
  expect(performance.now() - began).toBeGreaterThanOrEqual(100)
  expect(rows()).toEqual({ b: 1 })
})

test('what the database did not take is tried again', async () => {
  const store = await emptyStore()
  let refusals = 3
  const { replica, join, rows } = await start(store, LASTING, write => {
    refusals -= 1
    if (refusals >= 0) throw new StoreUnavailable('the disk is gone', { operation: 'control', hint: 'wait' })
    return store.control(write)
  })
  await pushWeb(store, { a: 1, b: 1 })
  join({ a: 8 })
  await replica.reached(2)
  expect(rows()).toEqual({ a: 8 })
  expect(refusals).toBe(-1)
})

test('what the database has lost is written again', async () => {
  const store = await emptyStore()
  let announce = (_head: Position) => {}
  const position = { revision: 1, stamp: 'of the copy' }
  let copy: StoredEntry[] | undefined
  const failingOver: Store = {
    ...store,
    subscribe(listener) {
      announce = listener
      return store.subscribe(listener)
    },
    async *changes(after) {
      const upserted = copy
      copy = undefined
      if (upserted === undefined) yield* store.changes(after)
      else yield { ...position, reset: true, upserted, removed: [], commits: [] }
    },
  }
  let writes = 0
  const { replica, join } = await start(failingOver, LASTING, write => {
    writes += 1
    return store.control(write)
  })
  await pushWeb(store, { a: 1, b: 1 })
  join({ a: 8 })
  await replica.reached(2)
  const before = await store.entries({ revision: 1 })
  copy = Array.isArray(before) ? before : []
  announce(position)
  await vi.waitFor(() => expect(writes).toBe(2))
})
