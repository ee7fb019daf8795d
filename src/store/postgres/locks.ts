import type { Lock } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

/*
 * Advisory locks, all until the end of a transaction, so that they work through a proxy that pools transactions. Two
 * names of one hash wait for each other, no more.
 *
 * Who takes several takes them in this order, so that nobody waits in a circle: all sources, one source, history, and
 * then rows: that of the head, that of when a source was heard.
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

const TIMEOUTS = `
  set local lock_timeout = ${LOCK_TIMEOUT};
  set local statement_timeout = ${STATEMENT_TIMEOUT};
  set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT}`

/** Held by whoever migrates. */
export async function lockSchema(sql: Queries): Promise<void> {
  await sql`select pg_advisory_xact_lock(${hashed(sql, 'vicinity schema')})`
}

/**
 * What is said of the whole is shared by the writers of single sources, and excludes them. Nobody who has the lock of
 * traffic takes another.
 */
export async function lock(sql: Queries, what: Lock | 'traffic'): Promise<void> {
  // One statement after the other, and both in one message: each way there and back is a time that others may wait.
  await Promise.all([sql.unsafe(TIMEOUTS), locking(sql, what)])
}

function locking(sql: Queries, what: Lock | 'traffic') {
  if (what === 'history' || what === 'traffic')
    return sql`select pg_advisory_xact_lock(${hashed(sql, `vicinity ${what}`)})`
  const all = hashed(sql, 'vicinity sources')
  if (what === 'every source') return sql`select pg_advisory_xact_lock(${all})`
  // The row of the inner question is there, and its lock had, before the outer one is answered.
  return sql`
    select pg_advisory_xact_lock(${hashed(sql, 'vicinity source', what.source)})
    from (select pg_advisory_xact_lock_shared(${all}) offset 0) as shared`
}

/** Shared by who reads what retention must not take before he has written. */
export async function shareHistory(sql: Queries): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${hashed(sql, 'vicinity history')})`
}

/** Each schema has its own. */
function hashed(sql: Queries, what: string, name = '') {
  return sql`hashtextextended(current_schema() || ${` ${what} ${name}`}::text, 0)`
}
