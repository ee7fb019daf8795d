import type { Store } from '../../../src/store/store.ts'

/** One form of the store. */
export interface StoreForm {
  /** A place for a database that does not exist yet; `database` is what `--database` is told. */
  create(): Promise<{ readonly database: string; drop(): Promise<void> }>
}

/** The store of the test that runs: a new database for each. */
export interface OpenStore {
  store: Store
  database: string
  /** Another one on the same database, when the first is closed. */
  open(): Promise<Store>
  reopen(): Promise<void>
}
