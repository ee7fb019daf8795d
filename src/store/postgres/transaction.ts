import type { Statements } from '../versions/statements.ts'
import type { Sql } from './connect.ts'
import type { Connection } from './connection.ts'
import { SentAhead } from './sent-ahead.ts'
import { statementsOn } from './statements.ts'

/**
 * All that `act` does on this connection, or nothing. The isolation is said: that of the database may be another one,
 * and a snapshot from before a lock was waited for would be an old state.
 */
export async function inTransaction<T>(
  { sql, signal }: Connection,
  act: (sql: Sql, statements: Statements) => Promise<T>,
): Promise<T> {
  await sql.unsafe('begin isolation level read committed')
  const sent = new SentAhead()
  let result: T
  try {
    result = await act(sql, statementsOn(sql, sent.send))
  } catch (error) {
    // A server that loses the connection rolls back by itself.
    if (!signal.aborted) await sql.unsafe('rollback')
    await sent.allDone()
    throw error
  }
  const { command } = await sql.unsafe('commit')
  await sent.allDone()
  // What PostgreSQL answers where a statement failed, and `act` did not say so.
  if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`)
  return result
}
