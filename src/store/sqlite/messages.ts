import type { Operations } from './operations.ts'
import type { Unavailable } from './unavailable.ts'

/** What passes between the main thread and the thread that owns the file. */

export interface WorkerInput {
  readonly path: string
  /** A file that was open before must still be there: an empty new one in its place would be a lost database. */
  readonly mustExist: boolean
}

export type Request =
  | { readonly id: number; readonly operation: keyof Operations; readonly args: readonly unknown[] }
  | { readonly operation: 'close' }

/** `id` 0 answers the start itself. `head` is the newest revision after the operation. */
export type Reply =
  | { readonly id: number; readonly value: unknown; readonly head: number }
  | { readonly id: number; readonly unavailable: Unavailable }
  | { readonly id: number; readonly error: Error }
