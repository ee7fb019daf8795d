import type { Lock } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

/*
 * Advisory locks, all until the end of a transaction, so that they work through a proxy that pools transactions. Two
 * names of one hash wait for each other, no more.
 */

/**
 * In milliseconds. Whoever waits that long for another writer, or for a statement, is told to try again. For a row it may
 * be twice: PostgreSQL counts the wait for one's turn to wait by itself.
 */
const LOCK_TIMEOUT = 6_000
const STATEMENT_TIMEOUT = 25_000
/**
 * In milliseconds. A replica that is stopped, or cut off, in the middle of a transaction holds up the writers of all the
 * others no longer.
 */
const IDLE_TIMEOUT = 5_000

/** Held by whoever migrates. */
export async function lockSchema(sql: Queries): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('vicinity schema ' || current_schema(), 0))`
}

/** What is said of the whole is shared by the writers of single sources, and excludes them. */
export async function lock(sql: Queries, what: Lock): Promise<void> {
  await sql`
    select set_config('lock_timeout', ${String(LOCK_TIMEOUT)}, true),
           set_config('statement_timeout', ${String(STATEMENT_TIMEOUT)}, true),
           set_config('idle_in_transaction_session_timeout', ${String(IDLE_TIMEOUT)}, true)`
  if (what === 'nothing') return
  const all = sql`hashtextextended('vicinity sources ' || current_schema(), 0)`
  if (what === 'every source') {
    await sql`select pg_advisory_xact_lock(${all})`
    return
  }
  // One after the other: always in this order.
  await sql`select pg_advisory_xact_lock_shared(${all})`
  await sql`
    select pg_advisory_xact_lock(hashtextextended('vicinity source ' || current_schema() || ' ' || ${what.source}, 0))`
}
