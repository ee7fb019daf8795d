import type { Location } from '../location.ts'
import type { Acts } from './acts.ts'
import type { Unavailable } from './backend.ts'
import type { Head } from './followed-feed.ts'

/** What passes between the main thread and the thread that owns the database. */

export interface WorkerInput {
  readonly location: Location
  /** A file that was open before must still be there: an empty new one in its place would be a lost database. */
  readonly mustExist: boolean
}

export type Request =
  | { readonly id: number; readonly act: keyof Acts; readonly args: readonly unknown[] }
  | { readonly act: 'close' }

/** `id` 0 answers the start itself. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly unavailable: Unavailable }
  | { readonly id: number; readonly error: Error }
  | { readonly head: Head }
  | { readonly outage: Unavailable | null }
  /** Another process may have told something of itself. */
  | { readonly reported: true }
