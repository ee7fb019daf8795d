import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FollowingReplica } from '../../src/replica/follow-store.ts'
import { pullStore } from '../../src/replica/pull-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { patch, push, replacement, service } from '../store/pushes.ts'

let store: Store
let replica: FollowingReplica

beforeEach(async () => {
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
  await push(store, replacement('topology', [service('first')]))
  replica = await pullStore(store, () => {}, pino({ level: 'silent' }))
})
afterEach(async () => {
  await replica.close()
  await store.close()
})

const names = () => [...replica.world().services.keys()].sort()

test('what the database has is loaded before the replica is there', () => {
  expect(names()).toEqual(['default/first'])
})

test('a commit is read when somebody asks for it, and not before', async () => {
  const committed = new Promise<void>(resolve => store.subscribe(() => resolve()))
  await push(store, patch('topology', [service('second')]))
  await committed
  expect(names()).toEqual(['default/first'])
  expect(await replica.reached(2)).toBe(true)
  expect(names()).toEqual(['default/first', 'default/second'])
})

test('whoever asks while others do gets what was committed since they began', async () => {
  await push(store, patch('topology', [service('second')]))
  const earlier = replica.reached(2)
  await push(store, patch('topology', [service('third')]))
  expect(await Promise.all([earlier, replica.reached(3)])).toEqual([true, true])
  expect(names()).toEqual(['default/first', 'default/second', 'default/third'])
})
