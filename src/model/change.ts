import type { Entry, EntryKey, StoredPart } from './entry.ts'

/** An entry as the database holds it. */
export interface StoredEntry extends Entry {
  readonly source: string
  /** The revision that wrote this form of the entry. */
  readonly since: number
  /** The revision that first brought the key: the older one wins ties and conflicts. */
  readonly created: number
}

/**
 * Where a reader of the feed stands. A database that failed over to a copy may have lost its last revisions, and gives
 * their numbers again: the stamp tells them from the lost ones.
 */
export interface Position {
  readonly revision: number
  readonly stamp: string
}

/** When a revision was committed. */
export interface Commit {
  readonly revision: number
  readonly part: StoredPart | 'both'
  /**
   * By `processTime` of whoever reads it. Of what this process wrote, when the commit was done; of what others wrote,
   * when the database gave the number out, which of a large write is some time before.
   */
  readonly at: number
}

/**
 * A piece of the difference between two revisions, each key once: the entry that stands at `revision`, or its key
 * when none stands any more. Not sorted.
 */
export interface ChangeBatch {
  readonly revision: number
  /**
   * The batches are the whole state at `revision`, and what the reader held before must be dropped: retention took
   * what would have said which entries went, or the reader's own revision was lost, and `revision` may then be an
   * older number than the reader's. The same in all batches of one reading.
   */
  readonly reset: boolean
  readonly upserted: readonly StoredEntry[]
  readonly removed: readonly (EntryKey & { readonly source: string })[]
}
