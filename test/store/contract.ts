import { afterEach, beforeEach } from 'vitest'
import { type Location, parseLocation } from '../../src/store/location.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { changesContract } from './contract/changes.ts'
import { controlContract } from './contract/control.ts'
import { durabilityContract } from './contract/durability.ts'
import { entriesContract } from './contract/entries.ts'
import { fencingContract } from './contract/fencing.ts'
import { heardContract } from './contract/heard.ts'
import { historyContract } from './contract/history.ts'
import { leasesContract } from './contract/leases.ts'
import { nacksContract } from './contract/nacks.ts'
import type { OpenStore, StoreForm } from './contract/open-store.ts'
import { preconditionsContract } from './contract/preconditions.ts'
import { retentionContract } from './contract/retention.ts'
import { trafficContract } from './contract/traffic.ts'
import { writesContract } from './contract/writes.ts'

const ALL = [
  writesContract,
  entriesContract,
  preconditionsContract,
  changesContract,
  controlContract,
  heardContract,
  fencingContract,
  historyContract,
  leasesContract,
  nacksContract,
  retentionContract,
  trafficContract,
  durabilityContract,
]

/** What every form of the store must do, or `parts` of it; the words are those of src/store/store.ts. */
export function storeContract(form: StoreForm, parts: readonly ((db: OpenStore) => void)[] = ALL): void {
  const db = {} as OpenStore
  let drop: () => Promise<void>

  beforeEach(async () => {
    const created = await form.create()
    drop = created.drop
    db.database = created.database
    db.open = () => openStore(parseLocation(db.database) as Location)
    db.store = await db.open()
    db.reopen = async () => {
      await db.store.close()
      db.store = await db.open()
    }
  })
  afterEach(async () => {
    await db.store.close()
    await drop()
  })

  for (const part of parts) part(db)
}
