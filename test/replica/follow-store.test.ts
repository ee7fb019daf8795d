import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type FollowingReplica, followStore } from '../../src/replica/follow-store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { type Store, StoreUnavailable } from '../../src/store/store.ts'
import type { World } from '../../src/translate/world.ts'
import type { Touched } from '../../src/translate/world-draft.ts'
import { patch, push, replacement, service } from '../store/pushes.ts'

const log = pino({ level: 'silent' })
let store: Store
let replica: FollowingReplica

beforeAll(async () => {
  store = await openSqliteStore(':memory:')
  await push(store, replacement('topology', [service('first')]))
})
afterEach(() => replica.close())
afterAll(() => store.close())

test('what the database has is published before the replica is there', async () => {
  const published: number[] = []
  replica = await followStore(store, world => published.push(world.revision), log)
  expect(published).toEqual([1])
  expect([...replica.world().services.keys()]).toEqual(['default/first'])
})

test('every commit is followed, and says what it touched', async () => {
  const published: [World, Touched][] = []
  replica = await followStore(store, (...next) => published.push(next), log)
  await push(store, patch('topology', [service('second')]))
  await replica.reached(2)
  const [world, touched] = published.at(-1) ?? []
  expect(replica.world()).toBe(world)
  expect([...(touched?.services ?? [])]).toEqual(['default/second'])
})

test('while the feed fails the last world stands, and it is caught up with by itself', async () => {
  let isAway = false
  let asked = () => {}
  const failed = new Promise<void>(resolve => {
    asked = resolve
  })
  const shaky: Store = {
    ...store,
    async *changes(after) {
      if (isAway) {
        asked()
        throw new StoreUnavailable('the disk is gone', { operation: 'changes', hint: 'wait' })
      }
      yield* store.changes(after)
    },
  }
  replica = await followStore(shaky, () => {}, log)
  isAway = true
  await push(store, patch('topology', [service('third')]))
  await failed
  expect(replica.world().revision).toBe(2)
  isAway = false
  await replica.reached(3)
  expect(replica.world().services.has('default/third')).toBe(true)
})

test('a first load that fails is an error of the start', async () => {
  const broken: Store = {
    ...store,
    // biome-ignore lint/correctness/useYield: it fails before the first batch
    async *changes() {
      throw new StoreUnavailable('the disk is gone', { operation: 'changes', hint: 'wait' })
    },
  }
  await expect(followStore(broken, () => {}, log)).rejects.toThrow('the disk is gone')
})
