import type { Database } from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { versionsIn } from '../../../src/store/sqlite/backend.ts'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import { SqliteHearings } from '../../../src/store/sqlite/hearings.ts'
import { operations } from '../../../src/store/versions/operations.ts'
import { replacement, service } from '../pushes.ts'

const NOON = Date.parse('2026-01-01T12:00:00Z')
let db: Database

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  db = openDatabase(':memory:', { mustExist: false })
})
afterEach(() => {
  db.close()
  vi.useRealTimers()
})

test.each([
  ['within a second is not noted', 999, 0],
  ['after a second is noted', 1000, 1000],
  ['by a clock that was set back is noted', -3_600_000, -3_600_000],
])('what is heard again %s', async (_, later, noted) => {
  const lastHeard = new SqliteHearings(db)
  await lastHeard.note('east')
  vi.setSystemTime(NOON + later)
  await lastHeard.note('east')
  expect(await lastHeard.all()).toEqual(new Map([['east', new Date(NOON + noted).toISOString()]]))
})

test.each([
  ['is noted', {}, 2000],
  ['is not noted where it is only tried', { dryRun: true }, 0],
  ['is not noted where it is refused', { ifNoneMatch: true }, 0],
])('a body that is answered by its digest alone %s', async (_, options, noted) => {
  const { write, repeat, lastHeard } = operations(versionsIn(db))
  const pusher = { source: 'east', author: 'me' }
  await write({ ...pusher, parts: [replacement('topology', [service('a')], 'hash')] })
  vi.setSystemTime(NOON + 2000)
  await repeat({ ...pusher, parts: ['topology'], bodyDigest: 'hash', ...options })
  expect(await lastHeard()).toEqual(new Map([['east', new Date(NOON + noted).toISOString()]]))
})
