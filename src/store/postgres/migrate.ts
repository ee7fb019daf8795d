import { type Migration, NO_SCHEMA, pendingMigrations, type Schema } from '../migrations.ts'
import type { Queries } from './connect.ts'
import type { Connection } from './connection.ts'
import { lockSchema } from './locks.ts'
import { inTransaction } from './transaction.ts'

/**
 * Brings the schema up to date; refuses one that is too new for the program. Of many replicas that start at once one
 * migrates, and the others wait for it. Nothing is written to a database that is up to date.
 */
export async function migrate(
  connection: Connection,
  migrations: readonly Migration[],
  database: string,
): Promise<void> {
  if (pendingMigrations(migrations, await schemaOf(connection.sql), database).length === 0) return
  await inTransaction(connection, async transaction => {
    await lockSchema(transaction)
    await transaction`
      create table if not exists migration
        (number bigint primary key, name text, applied_at timestamptz(3), requires bigint not null)`
    for (const migration of pendingMigrations(migrations, await schemaOf(transaction), database)) {
      const { number, name, requires } = migration
      await transaction.unsafe(migration.sql)
      await transaction`insert into migration values (${number}, ${name}, clock_timestamp(), ${requires})`
    }
  })
}

export async function schemaOf(sql: Queries): Promise<Schema> {
  const [there] = await sql<[{ table: string | null }]>`select to_regclass('migration')::text as table`
  if (there.table === null) return NO_SCHEMA
  const [row] = await sql<[Schema]>`
    select coalesce(max(number), 0) as number, coalesce(max(requires), 0) as requires from migration`
  return row
}
