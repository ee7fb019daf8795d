import type { Store } from '../../../src/store/store.ts'

/** One form of the store. */
export interface StoreForm {
  /** The word by which test/store/acknowledged-writes.ts knows it. */
  readonly name: 'sqlite'
  /** A place for a database that does not exist yet. */
  create(): Promise<{ readonly location: string; drop(): Promise<void> }>
  open(location: string): Promise<Store>
}

/** The store of the test that runs: a new database for each. */
export interface OpenStore {
  readonly form: StoreForm
  store: Store
  location: string
  reopen(): Promise<void>
}
