import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onPgBouncer, type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { dropDatabase } from '../support/postgres/databases.ts'
import { freshDatabase, onPostgres } from '../support/postgres/on-postgres.ts'

await onPostgres(() =>
  onPgBouncer(() => {
    describe('the PgBouncer of the tests', () => {
      let database: string
      let bouncer: PgBouncer
      beforeAll(async () => {
        database = await freshDatabase()
        bouncer = await startPgBouncer(database, 1)
      })
      afterAll(async () => {
        await bouncer.close()
        await dropDatabase(database)
      })

      test('gives a connection of the server to one client for each transaction', async () => {
        const clients = [1, 2, 3].map(() => postgres(bouncer.url, { max: 1, prepare: false }))
        const backends = await Promise.all(clients.map(sql => sql`select pg_backend_pid() as pid`))
        expect(new Set(backends.map(([row]) => row?.pid)).size).toBe(1)
        await Promise.all(clients.map(sql => sql.end()))
      })
    })
  }),
)
