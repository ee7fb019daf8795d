import { afterAll, beforeAll, describe } from 'vitest'
import { onPgBouncer, type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts'
import { dropDatabase } from '../../support/postgres/databases.ts'
import { freshDatabase, onPostgres } from '../../support/postgres/on-postgres.ts'
import { changesContract } from '../contract/changes.ts'
import { preconditionsContract } from '../contract/preconditions.ts'
import { retentionContract } from '../contract/retention.ts'
import { storeContract } from '../contract.ts'

/** Fewer than the pool of a store: its connections take turns on those of the server, transaction by transaction. */
const SERVER_CONNECTIONS = 3

await onPostgres(() =>
  onPgBouncer(() => {
    describe('the PostgreSQL store behind a proxy that pools transactions', () => {
      let bouncer: PgBouncer
      beforeAll(async () => {
        bouncer = await startPgBouncer(await freshDatabase(), SERVER_CONNECTIONS)
      })
      afterAll(() => bouncer.close())

      storeContract(
        {
          async create() {
            const database = await freshDatabase()
            const pooled = new URL(bouncer.url)
            pooled.pathname = new URL(database).pathname
            pooled.searchParams.set('listen', 'off')
            return { database: pooled.href, drop: () => dropDatabase(database) }
          },
        },
        [preconditionsContract, changesContract, retentionContract],
      )
    })
  }),
)
