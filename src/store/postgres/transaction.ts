import type { Statements } from '../versions/statements.ts'
import type { Sql } from './connect.ts'
import type { Connection } from './connection.ts'
import { SentAhead } from './sent-ahead.ts'
import { statementsOn } from './statements.ts'

/** All that `act` does on this connection, or nothing. */
export function inTransaction<T>(
  connection: Connection,
  act: (sql: Sql, statements: Statements) => Promise<T>,
): Promise<T> {
  return inTransactionWith(connection, async () => {}, act)
}

/**
 * As above. `first` is sent together with the beginning, in one message: it locks, and reads behind its locks, and writes
 * nothing, for that there is a transaction is known only when `act` is called.
 *
 * The isolation is said: that of the database may be another one, and a snapshot from before a lock was waited for would
 * be an old state.
 */
export async function inTransactionWith<First, T>(
  { sql, signal }: Connection,
  first: (sql: Sql, statements: Statements) => Promise<First>,
  act: (sql: Sql, statements: Statements, seen: First) => Promise<T>,
): Promise<T> {
  const sent = new SentAhead()
  const statements = statementsOn(sql, sent.send)
  let result: T
  try {
    // Sent now, not when somebody waits for it: nothing may come before it.
    const begun = sql.unsafe('begin isolation level read committed').execute()
    // Answers come in the order of the statements: of several that fail, the first one says why.
    const [, seen] = await Promise.all([begun, first(sql, statements)])
    result = await act(sql, statements, seen)
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
