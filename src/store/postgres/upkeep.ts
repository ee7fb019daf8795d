import postgres from 'postgres'
import { nameOf, type PostgresLocation } from '../location.ts'
import { pendingMigrations, readMigrations, requireNoneOf } from '../migrations.ts'
import type { Filling, Moment, Slices, Upkeep } from '../upkeep/moment.ts'
import {
  COLUMNS,
  columnName,
  READ_ALL,
  READ_CLOSED,
  READ_ODD_SUCCESSORS,
  type Rows,
  TABLES,
  type Table,
} from '../upkeep/tables.ts'
import type { Queries } from './connect.ts'
import { Connection } from './connection.ts'
import { CHANNEL } from './ledger.ts'
import { lock } from './locks.ts'
import { migrate, schemaOf } from './migrate.ts'
import { sendAndWait } from './sent-ahead.ts'
import { inSlices } from './slices.ts'
import { inTransaction } from './transaction.ts'

const SLICE_ROWS = 1_000
/** In milliseconds, for all that is done with a database. */
const PATIENCE = 24 * 3_600_000

/** Many processes may serve the database meanwhile, so nobody owns it. */
export function postgresUpkeep(location: PostgresLocation): Upkeep {
  const name = nameOf(location)
  const migrations = readMigrations('postgres')
  return {
    atMoment: act =>
      connected(location, async connection => {
        requireNoneOf(pendingMigrations(migrations, await schemaOf(connection.sql), name), name)
        return inTransaction(connection, async sql => {
          await sql`set transaction isolation level repeatable read, read only`
          await waitLong(sql)
          return act(momentIn(sql))
        })
      }),
    fill: act =>
      connected(location, async connection => {
        await migrate(connection, migrations, name)
        return inTransaction(connection, async sql => {
          // Whoever writes to it already waits, and is told to try again.
          await lock(sql, 'every source')
          await waitLong(sql)
          return act(fillingOf(sql))
        })
      }),
    backup: async () => ({
      outcome: 'refused',
      reason: `${name} has its own tools: pg_dump while it is in use, or the backups of whoever runs it`,
    }),
  }
}

async function connected<T>(
  location: PostgresLocation,
  act: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = new Connection(location)
  try {
    return await connection.use(PATIENCE, act)
  } finally {
    await connection.end()
  }
}

/** One statement may look at everything, and the other database may be slower. */
async function waitLong(sql: Queries): Promise<void> {
  await sql`
    select set_config('statement_timeout', '0', true),
           set_config('idle_in_transaction_session_timeout', '0', true)`
}

/** In a transaction, which is the moment where its isolation makes it one. */
export function momentIn(queries: Queries): Moment {
  let cursors = 0
  async function* slices<T>(sql: string, slice: (rows: T[]) => T[] = rows => rows): Slices<T> {
    cursors += 1
    const cursor = `slices_${cursors}`
    await queries.unsafe(`declare ${cursor} no scroll cursor for ${sql}`)
    for (;;) {
      const rows = (await queries.unsafe(`fetch ${SLICE_ROWS} from ${cursor}`)) as unknown as T[]
      if (rows.length > 0) yield slice(rows)
      if (rows.length < SLICE_ROWS) break
    }
    await queries.unsafe(`close ${cursor}`)
  }
  return {
    async head() {
      const [row] = await queries<[{ revision: number }]>`select revision from head`
      return row.revision
    },
    rows: table => slices(READ_ALL[table], rows => rows.map(row => withTimesAsText(table, row))),
    closed: () => slices(READ_CLOSED),
    oddSuccessors: () => slices(READ_ODD_SUCCESSORS),
    // What PostgreSQL has for it (amcheck) is an extension that not every database may use.
    ownFaults: async () => [],
    // Class XX: data_corrupted, index_corrupted, and what an internal error calls itself.
    damage: error =>
      error instanceof postgres.PostgresError && error.code.startsWith('XX') ? error.message : undefined,
  }
}

function withTimesAsText<T extends Table>(table: T, row: Rows[T]): Rows[T] {
  const times = Object.entries(COLUMNS[table]).filter(([, type]) => type === 'time')
  if (times.length === 0) return row
  const texts = times.map(([name]) => [name, new Date(row[name as keyof Rows[T]] as string).toISOString()])
  return { ...row, ...Object.fromEntries(texts) }
}

const TYPES = { text: 'text', number: 'bigint', time: 'timestamptz' } as const

const INSERTS = Object.fromEntries(
  TABLES.map(table => {
    const columns = Object.entries(COLUMNS[table])
    const names = columns.map(([name]) => columnName(name)).join(', ')
    const values = columns.map(([name]) => `"${name}"`).join(', ')
    const types = columns.map(([name, type]) => `"${name}" ${TYPES[type]}`).join(', ')
    return [
      table,
      `insert into ${table} (${names}) select ${values} from json_to_recordset($1::text::json) as given (${types})`,
    ]
  }),
) as Record<Table, string>

function fillingOf(queries: Queries): Filling {
  return {
    moment: momentIn(queries),
    insert: (table, rows) =>
      inSlices(
        rows,
        row => ('body' in row ? row.body.length : 0),
        slice => queries.unsafe(INSERTS[table], [JSON.stringify(slice)]),
        sendAndWait,
      ),
    async finish(head) {
      await queries`update head set revision = ${head}`
      // Or the first questions of many rows would be planned as those of none.
      await queries.unsafe(`analyze ${TABLES.join(', ')}`)
      await queries`select pg_notify(${CHANNEL}, ${String(head)})`
    },
  }
}
