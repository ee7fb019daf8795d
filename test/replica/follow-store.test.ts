import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FollowingReplica, followStore } from '../../src/replica/follow-store.ts'
import { type Commit, type Position, type Store, StoreUnavailable } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import type { World } from '../../src/translate/world.ts'
import type { Touched } from '../../src/translate/world-draft.ts'
import { patch, push, replacement, service } from '../store/pushes.ts'

const log = pino({ level: 'silent' })
let store: Store
let replica: FollowingReplica

beforeAll(async () => {
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
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
  const published: [World, Touched, readonly Commit[]][] = []
  replica = await followStore(store, (...next) => published.push(next), log)
  await push(store, patch('topology', [service('second')]))
  await replica.reached(2)
  const [world, touched, commits] = published.at(-1) ?? []
  expect(replica.world()).toBe(world)
  expect([...(touched?.services ?? [])]).toEqual(['default/second'])
  expect(commits).toMatchObject([{ revision: 2, part: 'topology' }])
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

describe('a database that goes back', () => {
  /** A feed whose database a test takes back to a copy: the whole state comes anew, under an older revision. */
  async function failingOver() {
    const copies: { revision: number; names: string[] }[] = []
    let announce = (_head: Position) => {}
    const feed: Store = {
      ...store,
      subscribe(listener) {
        announce = listener
        return () => {}
      },
      async *changes(after) {
        const copy = copies.shift()
        if (copy === undefined) {
          if (after.revision === 0) yield* store.changes(after)
          return
        }
        const { revision, names } = copy
        const stored = { source: 'east', since: 1, created: 1 }
        const upserted = names.map(name => ({ ...service(name), ...stored }))
        yield { revision, stamp: 'of the copy', reset: true, upserted, removed: [], commits: [] }
      },
    }
    const published: [number, string[]][] = []
    replica = await followStore(
      feed,
      (world, touched) => published.push([world.revision, [...touched.services].sort()]),
      log,
    )
    return {
      published,
      goBack: (revision: number, ...names: string[]) => {
        copies.push({ revision, names })
        announce({ revision, stamp: 'of the copy' })
      },
    }
  }

  test('is followed back, and everything counts as touched', async () => {
    const { published, goBack } = await failingOver()
    goBack(1, 'first')
    await vi.waitFor(() => expect(replica.world().revision).toBe(1))
    expect([...replica.world().services.keys()]).toEqual(['default/first'])
    expect(published.at(-1)).toEqual([1, ['default/first', 'default/second', 'default/third']])
  })

  test('tells whoever waits for what it has lost, and lets all others wait for what comes', async () => {
    const { goBack } = await failingOver()
    const lost = replica.reached(4)
    goBack(2, 'first')
    expect(await lost).toBe(false)
    const later = replica.reached(3)
    goBack(3, 'first', 'again')
    expect(await later).toBe(true)
  })

  test('to nothing at all is not followed: a lost volume must not wipe a fleet', async () => {
    const { published, goBack } = await failingOver()
    goBack(0)
    goBack(1, 'new')
    await vi.waitFor(() => expect(replica.world().revision).toBe(1))
    expect(published.map(([revision]) => revision)).toEqual([3, 1])
  })
})
