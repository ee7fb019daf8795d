import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { keyText } from '../../../src/model/entry.ts'
import type { PartState, StoredEntry } from '../../../src/store/store.ts'
import { builtFile } from '../../support/built/built-file.ts'
import { digestOf } from '../naive-store.ts'
import { digest, push, replacement, service } from '../pushes.ts'
import { randomNumbers } from '../random-history.ts'
import type { OpenStore } from './open-store.ts'

export function durabilityContract(db: OpenStore): void {
  describe('durability', () => {
    test('everything is there after close and reopen, and a closed store says so', async () => {
      const result = await push(db.store, replacement('topology', [service('a')], 'hash'))
      const before = await db.store.entries({})
      const closed = db.store
      await db.reopen()
      await expect(closed.head()).rejects.toMatchObject({ name: 'StoreUnavailable', operation: 'head' })
      expect(await db.store.entries({})).toEqual(before)
      const again = await push(db.store, replacement('topology', [service('a')], 'hash'))
      expect(again).toEqual({ outcome: 'unchanged', revision: 1, digest: digest(result) })
    })

    test('a process killed in the middle of writes loses nothing that it acknowledged', async () => {
      const random = randomNumbers(9)
      for (let round = 0; round < 3; round += 1) {
        await db.store.close()
        const acknowledged = await killedWriter(db.database, 10 + Math.floor(random() * 30))
        db.store = await db.open()
        const head = await db.store.head()
        expect(head).toBeGreaterThanOrEqual(acknowledged)
        const { entries, digest } = (await db.store.part('east', 'topology')) as PartState
        expect(digest).toBe(digestOf(new Map(entries.map(e => [keyText(e), e as StoredEntry]))))
        const names = new Set(entries.map(e => e.name))
        const { items } = await db.store.revisions({ limit: 1_000, order: 'oldest' })
        expect(items.map(({ revision }) => revision)).toEqual(Array.from({ length: head }, (_, n) => n + 1))
        const added = items
          .filter(({ cause }) => cause === 'patch')
          .map(({ revision }) => `service-${revision}`)
        // The writer empties the part when it starts, so only the last round's are left.
        expect(added.slice(-10).filter(name => !names.has(name))).toEqual([])
      }
    }, 60_000)
  })
}

/** Runs a writer, kills it after so many acknowledged writes, and returns the last of them. */
async function killedWriter(database: string, writes: number): Promise<number> {
  const args = [builtFile('acknowledged-writes'), database]
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > writes) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  const lines = output.split('\n').slice(0, -1)
  return Number(lines.at(-1))
}
