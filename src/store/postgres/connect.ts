import postgres from 'postgres'
import type { PostgresLocation } from '../location.ts'

export type Sql = postgres.Sql<{ int8: number }>
/** One connection in a transaction, or any of the pool. */
export type Queries = postgres.ISql<{ int8: number }>

/** Seconds until a connection that cannot be opened is given up. */
const CONNECT_TIMEOUT = 5

/** The type's number in pg_type. */
const INT8 = 20

/** A bounded pool, of which nothing is opened before it is used. */
export function connect({ url, pool, listen }: PostgresLocation): Sql {
  return postgres(url, {
    max: pool,
    connect_timeout: CONNECT_TIMEOUT,
    // A pooling proxy gives every transaction another connection, which knows nothing of what was prepared.
    prepare: listen,
    // Arrays are never sent, so their types need not be asked for at each connection.
    fetch_types: false,
    connection: { application_name: 'vicinity' },
    onnotice() {},
    types: {
      // Revisions and ids stay far below 2^53.
      int8: { to: INT8, from: [INT8], parse: Number, serialize: String },
    },
  })
}
