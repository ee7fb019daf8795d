import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { LEASE_GAP } from '../../../src/store/store.ts'
import type { OpenStore } from './open-store.ts'

const LONG = 60_000

export function leasesContract(db: OpenStore): void {
  const take = (holder: string, duration = LONG) => db.store.lease('chores', holder, duration)

  describe('a lease', () => {
    test('is had by one, who keeps it by asking again', async () => {
      const first = await take('one')
      expect(first?.since).toBe(first?.now)
      expect(await take('two')).toBeNull()
      const again = await take('one')
      expect(again?.since).toBe(first?.since)
      expect(Date.parse(again?.now ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.now ?? ''))
    })

    test('is another one under another name', async () => {
      await take('one')
      expect(await db.store.lease('other chores', 'two', LONG)).not.toBeNull()
    })

    test('that ran out goes to whoever asks, and was never without a holder for long', async () => {
      const first = await take('one', 1)
      const second = await until(() => take('two'))
      expect(second.since).toBe(first?.since)
      expect(await take('one')).toBeNull()
    })

    test('that was given back goes to whoever asks; only its holder can give it back', async () => {
      const first = await take('one')
      await db.store.release('chores', 'two')
      expect(await take('two')).toBeNull()
      await db.store.release('chores', 'one')
      expect((await take('two'))?.since).toBe(first?.since)
    })

    test('that nobody had for a while is had since it was taken', async () => {
      const ranOut = 1 - LEASE_GAP - 100
      const first = await take('one', ranOut)
      // Its clock counts milliseconds.
      await delay(5)
      const second = await take('two')
      expect(second?.since).not.toBe(first?.since)
      expect(second?.since).toBe(second?.now)
    })

    test('that runs out later than it can is one from before the clock was set back', async () => {
      await take('one', 3_600_000)
      const second = await take('two', LONG)
      expect(second?.since).toBe(second?.now)
    })
  })
}

async function until<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const result = await attempt()
    if (result !== null) return result
  }
}
