import type { EntryKey, StoredPart } from '../../model/entry.ts'
import type { Digested } from './part-change.ts'

/** An entry that stands, without its body. */
export interface StandingEntry extends Digested {
  readonly id: number
  readonly since: number
  readonly created: number
}

/** An entry of an old revision, to be brought back by its id. */
export interface OldEntry extends Digested {
  readonly id: number
}

/** One version of an entry on one side of a diff. */
export interface Side extends Digested {
  readonly source: string
  readonly body: string
}

/** A part as of some revision: the interval in which its content did not change. */
export interface PartRow {
  readonly source: string
  readonly part: StoredPart
  readonly since: number
  readonly created: number
  readonly digest: string
  readonly entries: number
  readonly bodyDigest: string | null
}

/** A row that stands no more: an entry, or the interval of a part. */
export interface ClosedRow {
  readonly id: number
  readonly source: string
  readonly until: number
}

/** The key of an entry that went, with the row that says so. */
export interface Went extends EntryKey {
  readonly id: number
  readonly source: string
  readonly until: number
}
