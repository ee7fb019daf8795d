import type { TrafficDatabase } from '../traffic/rows.ts'
import type { Database } from '../versions/statements.ts'

/** A form of the database, as the thread that owns it has it open. */
export interface Backend extends Database {
  readonly traffic: TrafficDatabase
  watch(watcher: Watcher): void
  /** Whoever still waits for an answer is told that there is none. */
  close(): Promise<void>
}

/** What a backend tells by itself. */
export interface Watcher {
  /** A process has written this revision, or (undefined) may have written some. */
  look(revision?: number): void
  /** Another process may have told something of itself. */
  reported(): void
  /** Whether the database can be reached, as often as it is looked at; null: it can. */
  tell(outage: Unavailable | null): void
}

/** What crosses the thread when the database itself fails; the main thread makes a StoreUnavailable of it. */
export interface Unavailable {
  readonly cause: string
  readonly hint: string
  /** What is open cannot be trusted any more: a new worker must open the database anew. */
  readonly broken: boolean
  /** There is no room for what was to be written. */
  readonly isFull?: boolean
}
