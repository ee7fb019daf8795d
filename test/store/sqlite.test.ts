import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { storeContract } from './contract.ts'

describe('the SQLite store', () => {
  storeContract({
    name: 'sqlite',
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'vicinity-store-'))
      return { location: join(folder, 'vicinity.db'), drop: () => rm(folder, { recursive: true }) }
    },
    open: openSqliteStore,
  })
})
