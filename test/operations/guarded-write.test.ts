import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sourceSettingsKey } from '../../src/model/control.ts'
import { entry } from '../../src/model/entry.ts'
import { guardedWrite } from '../../src/operations/guarded-write.ts'
import { prepareBody } from '../../src/operations/intake/prepare-body.ts'
import type { PreparedPart } from '../../src/operations/intake/prepared.ts'
import { type FollowingReplica, followStore } from '../../src/replica/follow-store.ts'
import { type Store, StoreUnavailable, type Write } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'

/** A replica of which the feed can be held up, so that others push what it has not read. */
const log = pino({ level: 'silent' })
let store: Store
let replica: FollowingReplica
let held: Promise<void>
let release: () => void

beforeEach(async () => {
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
  held = Promise.resolve()
  release = () => {}
  const heldUp: Store = {
    ...store,
    async *changes(after) {
      await held
      yield* store.changes(after)
    },
  }
  replica = await followStore(heldUp, () => {}, log)
})
afterEach(async () => {
  release()
  await replica.close()
  await store.close()
})

function holdUp(): void {
  held = new Promise(resolve => {
    release = resolve
  })
}

/** A topology of one service with so many endpoints. */
function topology(endpoints: number): PreparedPart {
  const list = Array.from({ length: endpoints }, (_, n) => ({ address: `10.0.0.${n + 1}`, port: 8080 }))
  const document = { services: [{ name: 'web', ports: [{ port: 80 }], endpoints: list }] }
  const prepared = prepareBody({ kind: 'topology', bytes: Buffer.from(JSON.stringify(document)) })
  const [part] = prepared.ok ? prepared.value.parts : []
  if (part === undefined) throw new Error('the test has a topology that is refused')
  return part
}

let bodies = 0

function writeOf(part: PreparedPart): Write {
  const { entries } = part
  bodies += 1
  const replacement = { part: 'topology', mode: 'replace', entries, bodyDigest: `body ${bodies}` } as const
  return { source: 'east', author: 'me', parts: [replacement] }
}

/** What another replica stores. */
const others = (endpoints: number) => store.write(writeOf(topology(endpoints)))

/** What the replica makes of a push, through a store of which something is watched. */
function push(endpoints: number, watched: Partial<Store> = {}) {
  const part = topology(endpoints)
  return guardedWrite({ store: { ...store, ...watched }, replica }, part, writeOf(part))
}

async function allow(maxRemoved: string): Promise<void> {
  const upsert = [entry(sourceSettingsKey('east'), JSON.stringify({ maxRemoved }))]
  await store.control({ cause: 'settings', source: 'east', author: 'me', upsert, remove: [] })
  await replica.reached(await store.head())
}

test('what this replica has not read yet counts: it is waited for, and judged', async () => {
  holdUp()
  await others(12)
  const outcomes: string[] = []
  const result = await push(0, {
    async write(write) {
      const written = await store.write(write)
      outcomes.push(written.outcome)
      if (written.outcome === 'moved') release()
      return written
    },
  })
  expect(outcomes).toEqual(['moved', 'written'])
  expect(result).toMatchObject({ refused: 'conflict', removal: { endpoints: { before: 12, after: 0 } } })
  expect(await store.part('east', 'topology')).toMatchObject({ revision: 1 })
})

test('what is stored between the judgement and the write counts', async () => {
  await others(12)
  await allow('50%')
  let isGrown = false
  const result = await push(6, {
    async write(write) {
      if (!isGrown) await others(20)
      isGrown = true
      return store.write(write)
    },
  })
  expect(result).toMatchObject({ removal: { endpoints: { before: 20, after: 6, removed: 14 } } })
})

test('nobody is refused for what stands no more', async () => {
  await others(12)
  await replica.reached(1)
  holdUp()
  await store.removeSource('east', 'me')
  const result = await push(0, {
    head() {
      release()
      return store.head()
    },
  })
  expect(result).toMatchObject({ outcome: 'written', revision: 3 })
})

test('what changes again and again is not waited for without end', async () => {
  await others(12)
  await allow('50%')
  let endpoints = 12
  const endless = push(11, {
    async write(write) {
      endpoints += 1
      await others(endpoints)
      return store.write(write)
    },
  })
  await expect(endless).rejects.toThrow(StoreUnavailable)
  await expect(endless).rejects.toThrow('others changed it 10 times meanwhile')
})

test('a push that cannot remove too many is not held up by those of others', async () => {
  await others(12)
  holdUp()
  await others(13)
  expect(await push(1)).toMatchObject({ outcome: 'written', revision: 3 })
})
