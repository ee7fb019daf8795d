import { drizzle } from 'drizzle-orm/postgres-js'
import { nameOf, type PostgresLocation } from '../location.ts'
import { readMigrations } from '../migrations.ts'
import type { Backend } from '../thread/backend.ts'
import type { Lock, Statements } from '../versions/statements.ts'
import { PostgresArchive } from './archive.ts'
import { connect, type Queries } from './connect.ts'
import { PostgresHearings } from './hearings.ts'
import { PostgresLeases } from './leases.ts'
import { CHANNEL, PostgresLedger } from './ledger.ts'
import { lock } from './locks.ts'
import { migrate } from './migrate.ts'
import { PostgresPruning } from './pruning.ts'
import { PostgresRevisions } from './revisions.ts'

export { unavailable } from './unavailable.ts'

/** How often to look for revisions of others, in milliseconds: for notifications that got lost, or instead of them. */
const POLL_BESIDE_LISTEN = 2_000
const POLL = 200
/** In seconds: for what is under way at the end. */
const END_TIMEOUT = 5

/** Connects to a database, and migrates it. */
export async function openPostgres(location: PostgresLocation): Promise<Backend> {
  const sql = connect(location)
  try {
    await migrate(sql, readMigrations('postgres'), nameOf(location))
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  }
  const revisions = new PostgresRevisions(drizzle(sql))
  const statementsOf = (queries: Queries): Statements => ({
    ledger: new PostgresLedger(queries),
    archive: new PostgresArchive(queries),
    revisions,
    hearings: new PostgresHearings(queries),
    pruning: new PostgresPruning(queries),
    leases: new PostgresLeases(queries),
  })
  let timer: NodeJS.Timeout | undefined
  return {
    statements: statementsOf(sql),
    async transaction<T>(what: Lock, act: (statements: Statements) => Promise<T>): Promise<T> {
      const result = await sql.begin(async queries => {
        await lock(queries, what)
        // The driver would take a promise in an array for a query.
        return { of: await act(statementsOf(queries)) }
      })
      return result.of as T
    },
    watch(look) {
      timer = setInterval(look, location.listen ? POLL_BESIDE_LISTEN : POLL)
      // The driver connects again by itself, and calls back when it listens again.
      if (location.listen) void sql.listen(CHANNEL, look, look).catch(() => {})
    },
    async close() {
      clearInterval(timer)
      await sql.end({ timeout: END_TIMEOUT })
    },
  }
}
