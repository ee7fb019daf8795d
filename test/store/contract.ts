import { afterEach, beforeEach } from 'vitest'
import { changesContract } from './contract/changes.ts'
import { controlContract } from './contract/control.ts'
import { durabilityContract } from './contract/durability.ts'
import { entriesContract } from './contract/entries.ts'
import { heardContract } from './contract/heard.ts'
import { historyContract } from './contract/history.ts'
import type { OpenStore, StoreForm } from './contract/open-store.ts'
import { preconditionsContract } from './contract/preconditions.ts'
import { retentionContract } from './contract/retention.ts'
import { writesContract } from './contract/writes.ts'

/** What every form of the store must do; the words are those of src/store/store.ts. */
export function storeContract(form: StoreForm): void {
  const db = { form } as OpenStore
  let drop: () => Promise<void>

  beforeEach(async () => {
    const database = await form.create()
    drop = database.drop
    db.location = database.location
    db.store = await form.open(db.location)
    db.reopen = async () => {
      await db.store.close()
      db.store = await form.open(db.location)
    }
  })
  afterEach(async () => {
    await db.store.close()
    await drop()
  })

  writesContract(db)
  entriesContract(db)
  preconditionsContract(db)
  changesContract(db)
  controlContract(db)
  heardContract(db)
  historyContract(db)
  retentionContract(db)
  durabilityContract(db)
}
