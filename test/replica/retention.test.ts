import { type Logger, pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepHistoryShort } from '../../src/replica/retention.ts'
import type { Store } from '../../src/store/store.ts'

const POLICY = { routes: 90, topology: 1 }
const HOUR = 3_600_000
const log: Logger = pino({ level: 'silent' })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('old history is deleted again and again, by the policy, until it is stopped', async () => {
  const retain = vi.fn(async () => 0)
  const chore = keepHistoryShort({ retain } as Partial<Store> as Store, POLICY, log)
  await vi.advanceTimersByTimeAsync(HOUR)
  const runs = retain.mock.calls.length
  expect(runs).toBeGreaterThan(1)
  expect(retain).toHaveBeenLastCalledWith(POLICY)
  await chore.close()
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(retain).toHaveBeenCalledTimes(runs)
})

test('a short age is kept to: what is 10 s old is gone within another 10 s', async () => {
  const retain = vi.fn(async () => 0)
  const policy = { routes: 90 * HOUR, topology: 10_000 }
  const chore = keepHistoryShort({ retain } as Partial<Store> as Store, policy, log)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(retain).toHaveBeenCalledTimes(1)
  await chore.close()
})

test('a run that takes long is waited for, one that fails is tried again', async () => {
  const runs: ((error: Error) => void)[] = []
  const retain = vi.fn(() => new Promise<number>((_, reject) => runs.push(reject)))
  const chore = keepHistoryShort({ retain } as Partial<Store> as Store, POLICY, log)
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(retain).toHaveBeenCalledTimes(1)
  runs[0]?.(new Error('the database is away'))
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(retain).toHaveBeenCalledTimes(2)
  await chore.close()
})
