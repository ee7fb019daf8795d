import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Housekeeping, keepHouse, type Lease } from '../../src/replica/housekeeping.ts'
import type { Store } from '../../src/store/store.ts'
import { openStore } from '../../src/store/thread/open-store.ts'

const TIMING = { duration: 5_000, interval: 10 }
const log = pino({ level: 'silent' })

let store: Store
const closing: Housekeeping[] = []

beforeEach(async () => {
  store = await openStore({ kind: 'sqlite', path: ':memory:' })
})
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
  await store.close()
})

/** A replica whose chores are noted as they begin and end. */
function replica(holder: string, database: Pick<Store, 'lease' | 'release'> = store, timing = TIMING) {
  const notes: string[] = []
  const leases: Lease[] = []
  const house = keepHouse({ store: database, holder, log, timing }, lease => {
    notes.push('begun')
    leases.push(lease)
    return [{ onChange: () => notes.push('told'), close: async () => void notes.push('ended') }]
  })
  closing.push(house)
  return { house, notes, lease: () => leases.at(-1) as Lease }
}

describe('the chores', () => {
  test('are done by one replica, and by the next at once when it goes', async () => {
    const first = replica('one')
    await vi.waitFor(() => expect(first.notes).toEqual(['begun']))
    const second = replica('two')
    second.house.onChange()
    first.house.onChange()
    await first.house.close()
    expect(first.notes).toEqual(['begun', 'told', 'ended'])
    await vi.waitFor(() => expect(second.notes).toEqual(['begun']))
  })

  test('go over when their replica gives no sign of life', async () => {
    const short = { duration: 100, interval: 60_000 }
    const paused = replica('one', store, short)
    await vi.waitFor(() => expect(paused.notes).toEqual(['begun']))
    const { isHeld } = { isHeld: () => paused.lease().isHeld() }
    expect(isHeld()).toBe(true)
    const second = replica('two', store, { ...TIMING, duration: 100 })
    await vi.waitFor(() => expect(second.notes).toEqual(['begun']))
    // It is awake by now, but has not asked again: it must not act any more.
    expect(isHeld()).toBe(false)
  })

  test('end when the database does not answer for too long, and begin anew when it does', async () => {
    let isAway = false
    const shaky: Pick<Store, 'lease' | 'release'> = {
      lease: async (...args) => {
        if (isAway) throw new Error('the database is away')
        return store.lease(...args)
      },
      release: (...args) => store.release(...args),
    }
    const { notes, lease } = replica('one', shaky, { duration: 50, interval: 10 })
    await vi.waitFor(() => expect(notes).toEqual(['begun']))
    const { since } = lease().clock()
    isAway = true
    await vi.waitFor(() => expect(notes).toEqual(['begun', 'ended']))
    isAway = false
    await vi.waitFor(() => expect(notes).toEqual(['begun', 'ended', 'begun']))
    expect(lease().clock().since).toBeGreaterThanOrEqual(since)
  })

  test('are told the time of the database, and since when somebody listens without a break', async () => {
    let isAway = true
    const answers = ['2026-01-01T00:00:10.000Z', '2026-01-01T00:00:20.000Z', '2026-01-01T00:00:30.000Z']
    const asked: (() => void)[] = []
    const database: Pick<Store, 'lease' | 'release'> = {
      lease: () =>
        new Promise((resolve, reject) => {
          asked.push(() => {
            const now = answers.shift() ?? ''
            if (isAway && now.includes(':20')) reject(new Error('the database is away'))
            else resolve({ since: '2026-01-01T00:00:00.000Z', now })
          })
        }),
      release: async () => {},
    }
    const answer = async () => {
      await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0))
      asked.shift()?.()
    }
    const { notes, lease } = replica('one', database)
    await answer()
    await vi.waitFor(() => expect(notes).toEqual(['begun']))
    expect(lease().clock().since).toBe(Date.parse('2026-01-01T00:00:00Z'))
    expect(lease().clock().now).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:00:10Z'))
    await answer()
    isAway = false
    await answer()
    await vi.waitFor(() => expect(lease().clock().since).toBe(Date.parse('2026-01-01T00:00:30Z')))
    asked.push(() => {})
    const stop = setInterval(() => asked.shift()?.(), 1)
    await closing.pop()?.close()
    clearInterval(stop)
  })
})
