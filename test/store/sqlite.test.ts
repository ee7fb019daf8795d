import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { storeContract } from './contract.ts'

describe('the SQLite store', () => {
  storeContract({
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'vicinity-store-'))
      const database = `sqlite:${join(folder, 'vicinity.db')}`
      return { database, drop: () => rm(folder, { recursive: true }) }
    },
  })
})
