import type { Database } from '../versions/statements.ts'

/** A form of the database, as the thread that owns it has it open. */
export interface Backend extends Database {
  /** Calls back whenever another process may have written a revision. */
  watch(look: () => void): void
  close(): Promise<void>
}

/** What crosses the thread when the database itself fails; the main thread makes a StoreUnavailable of it. */
export interface Unavailable {
  readonly cause: string
  readonly hint: string
  /** What is open cannot be trusted any more: a new worker must open the database anew. */
  readonly broken: boolean
}
