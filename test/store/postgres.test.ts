import { describe } from 'vitest'
import { emptySchema, onPostgres } from '../support/postgres/on-postgres.ts'
import { storeContract } from './contract.ts'

await onPostgres(() => {
  describe('the PostgreSQL store', () => {
    storeContract({
      // The server goes with all that is in it.
      create: async () => ({ database: await emptySchema(), drop: async () => {} }),
    })
  })
})
