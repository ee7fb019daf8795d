import { getTableConfig } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Location, type PostgresLocation, parseLocation } from '../../../src/store/location.ts'
import { readMigrations } from '../../../src/store/migrations.ts'
import { openPostgres } from '../../../src/store/postgres/backend.ts'
import * as schema from '../../../src/store/postgres/schema.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'
import { push, replacement, revisionOf } from '../pushes.ts'

const REPLICAS = 20
const known = readMigrations('postgres').length

const open = (database: string) => openStore(parseLocation(database) as Location)

await onPostgres(() => {
  describe('a PostgreSQL database', () => {
    test('is migrated once, however many replicas start on it at once, and serves them all', async () => {
      const database = await emptySchema()
      const location = parseLocation(database) as PostgresLocation
      const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => openPostgres(location)))
      const heads = await Promise.all(replicas.map(({ statements }) => statements.ledger.head()))
      expect(heads).toEqual(replicas.map(() => 0))
      await Promise.all(replicas.map(replica => replica.close()))
      const applied = await read(database)`select number from migration order by number`
      expect(applied.map(({ number }) => Number(number))).toEqual(
        readMigrations('postgres').map(({ number }) => number),
      )
    })

    test('with a newer schema than the program knows is refused, and what to do is said', async () => {
      const database = await migratedTo(998)
      await expect(open(database)).rejects.toThrow(
        new RegExp(
          `has schema 999, which needs a program that knows schema 998; this one knows up to ${known}: .*backup`,
        ),
      )
    })

    test('that a newer program has only expanded is served on', async () => {
      const store = await open(await migratedTo(1))
      expect(revisionOf(await push(store, replacement('topology', [])))).toBe(1)
      await store.close()
    })

    test.each(Object.values(schema).map(getTableConfig))(
      'has the table $name that queries are built for',
      async table => {
        const database = await emptySchema()
        await (await open(database)).close()
        const columns = await read(database)`
        select column_name as name, data_type as type, is_nullable = 'NO' as "isSet"
        from information_schema.columns
        where table_schema = current_schema() and table_name = ${table.name} order by ordinal_position`
        const declared = table.columns.map(column => [
          column.name,
          typeOf(column.getSQLType()),
          column.notNull,
        ])
        expect(declared).toEqual(columns.map(({ name, type, isSet }) => [name, type, isSet]))
      },
    )
  })
})

/** A database that a program of the future has changed, in such a way that others must know `requires`. */
async function migratedTo(requires: number): Promise<string> {
  const database = await emptySchema()
  await (await open(database)).close()
  await read(database)`insert into migration values (999, 'from the future', now(), ${requires})`
  return database
}

function read(database: string): postgres.Sql {
  const sql = postgres(database, { max: 1 })
  onTestFinished(() => sql.end())
  return sql
}

/** As the information schema names it. */
function typeOf(declared: string): string {
  return declared.startsWith('timestamp') ? 'timestamp with time zone' : declared
}
