import type { Commit, Position } from '../../model/change.ts'
import type { Entry, EntryKey, Part, StoredPart } from '../../model/entry.ts'
import type { Nacks } from '../nacks.ts'
import type { Reports } from '../reports.ts'
import type { EntriesQuery, Revision, RevisionsQuery, SourceState, StoredEntry, Tenure } from '../store.ts'
import type { PartChange } from './part-change.ts'
import type { ClosedRow, OldEntry, PartRow, Side, StandingEntry, Went } from './rows.ts'

/**
 * What the logic of this folder asks of a database, once for each form of it. Nothing behind these interfaces decides;
 * the functions beside them do, for all forms alike.
 */
export interface Statements {
  readonly ledger: Ledger
  readonly archive: Archive
  readonly revisions: Revisions
  readonly hearings: Hearings
  readonly fences: Fences
  readonly pruning: Pruning
  readonly leases: Leases
  readonly nacks: NackRows
  /** null: no other process shares the database. */
  readonly reports: Omit<Reports, 'subscribe'> | null
}

export interface Database {
  /** Each statement by itself; what is closed once is closed, so reads of a past revision need no transaction. */
  readonly statements: Statements
  /** Also each by itself, in the order in which they are asked: so one need not wait for the answer of the one before. */
  inOrder<T>(act: (statements: Statements) => Promise<T>): Promise<T>
  /**
   * All of `act` or nothing. What `lock` names is changed by nobody else until it ends. `look` reads behind the lock what
   * `act` decides by, and writes nothing: what it asks at once costs no more time than the lock does.
   */
  transaction<Seen, T>(
    lock: Lock,
    look: (statements: Statements) => Promise<Seen>,
    act: (statements: Statements, seen: Seen) => Promise<T>,
  ): Promise<T>
}

/**
 * Writers of different sources go on side by side until they ask for the number of their revision. `history` is what
 * retention takes from.
 */
export type Lock = { readonly source: string } | 'every source' | 'history'

/** The state that stands, and what a writing transaction makes of it. */
export interface Ledger {
  /** The newest revision; 0 when nothing was ever written. */
  head(): Promise<number>
  standingPart(source: string, part: StoredPart): Promise<PartRow | undefined>
  partAt(source: string, part: StoredPart, revision: number): Promise<PartRow | undefined>
  /** Pushed parts that stand now or stood at `revision`, of one source or (null) of all. */
  partsNowOrAt(source: string | null, revision: number): Promise<{ source: string; part: Part }[]>
  /** Retention takes nothing until this transaction ends. */
  keepHistory(): Promise<void>
  /** The oldest revision at which these parts can still be read. */
  floor(source: string | null, parts: readonly StoredPart[]): Promise<number>
  standingEntries(source: string, part: StoredPart): Promise<StandingEntry[]>
  /** Those of `keys` that stand. */
  standingOf(source: string, part: StoredPart, keys: readonly EntryKey[]): Promise<StandingEntry[]>
  entriesAt(source: string, part: StoredPart, revision: number): Promise<OldEntry[]>

  /** The number that this transaction's revision has, and its time. Until it ends nobody else is given one. */
  nextRevision(): Promise<{ readonly revision: number; readonly createdAt: string }>
  /** Closes what goes or is replaced and writes what comes: a pushed entry, or a copy of an old row. */
  writeEntries<New extends Entry | OldEntry>(
    source: string,
    part: StoredPart,
    change: PartChange<StandingEntry, New>,
    revision: number,
  ): Promise<void>
  /** Ends the part's interval, and begins the one of `row`. */
  openPart(row: PartRow, changedAt: string): Promise<void>
  closePart(source: string, part: StoredPart, revision: number): Promise<void>
  rememberBody(standing: PartRow, bodyDigest: string): Promise<void>
  /** Comes last in a transaction: the row that makes it a revision. */
  writeRevision(row: Revision): Promise<void>
}

/** What was said at any revision that is kept. */
export interface Archive {
  /** Sorted by kind, namespace, name. */
  part(source: string, part: Part, revision: number): Promise<Entry[]>
  entries(query: EntriesQuery & { readonly revision: number }): Promise<StoredEntry[]>
  /** What stood at `from` and no longer at `to`. */
  onlyFrom(range: Range): Promise<Side[]>
  /** What stands at `to` and did not at `from`. */
  onlyTo(range: Range): Promise<Side[]>
  /**
   * Feed, what came: entries that stand at `to`, written after `after`; from behind `place` on, of at most a page.
   * `rest` is the place of the last one, null when there are no more.
   */
  came(walk: Walk): Promise<Stretch<StoredEntry>>
  /** Feed, what went: keys that stood at `after`, and of which no row stands at `to`. */
  went(walk: Walk): Promise<Stretch<Omit<Went, 'id' | 'until'>>>
}

export interface Range {
  readonly from: number
  readonly to: number
  readonly source: string | null
}

/** A row in an index of revisions: the revision, and the row's id. */
export interface Place {
  readonly revision: number
  readonly id: number
}

export interface Walk {
  readonly after: number
  readonly to: number
  readonly place: Place
}

export interface Stretch<T> {
  readonly rows: readonly T[]
  readonly rest: Place | null
}

/** By the database's clock. */
export interface AgedRevision extends Position, Pick<Commit, 'part'> {
  /** In milliseconds, at some moment of the question. */
  readonly age: number
  /** How many entries it took away. */
  readonly removed: number
}

/** Who wrote what and when. */
export interface Revisions {
  /** The newest revision; revision 0 when nothing was ever written. */
  position(): Promise<Position>
  /** From this revision on: the newest `limit` of them, the newest first. */
  since(revision: number, limit: number): Promise<AgedRevision[]>
  /** undefined: there is no such revision, or retention took it. */
  stampOf(revision: number): Promise<string | undefined>
  list(query: RevisionsQuery): Promise<{ items: Revision[]; total: number }>
  get(id: number): Promise<Revision | null>
  sources(): Promise<SourceState[]>
}

/** When something was last heard of each source's pusher. */
export interface Hearings {
  /** Writes nothing, and so syncs nothing, where the last note is young enough (`HEARD_PRECISION`). */
  note(source: string): Promise<void>
  forget(source: string): Promise<void>
  all(): Promise<Map<string, string>>
}

/** As in `Store`. */
export interface Leases {
  take(name: string, holder: string, duration: number): Promise<Tenure | null>
  release(name: string, holder: string): Promise<void>
}

/** As in `Store`. */
export interface NackRows extends Nacks {
  /** Those that were last seen so many milliseconds ago; returns how many went. */
  deleteOlder(age: number): Promise<number>
}

/** The newest epoch that accepted writes of each source have brought. */
export interface Fences {
  /** undefined: none was brought. */
  newest(source: string): Promise<number | undefined>
  /** Does nothing where a newer one is known. */
  raise(source: string, epoch: number): Promise<void>
  forget(source: string): Promise<void>
}

/** What retention looks at and takes. */
export interface Pruning {
  /** The last revision that is older than `age` (milliseconds); 0 when none is that old. */
  lastBefore(age: number): Promise<number>
  /** Entries closed at or before `cutoff`, oldest first, behind `place`. */
  closedEntries(part: StoredPart, cutoff: number, place: Place, limit: number): Promise<ClosedRow[]>
  closedParts(part: StoredPart, cutoff: number): Promise<ClosedRow[]>
  raiseFloors(part: StoredPart, rows: readonly ClosedRow[]): Promise<void>
  deleteEntries(rows: readonly ClosedRow[]): Promise<void>
  deleteParts(rows: readonly ClosedRow[]): Promise<void>
  /** Revisions before `head` that nothing left was written by, up to the cutoff of their part; returns how many went. */
  deleteRevisions(cutoffs: Cutoffs, head: number, limit: number): Promise<number>
}

export interface Cutoffs {
  readonly topology: number
  readonly routes: number
  readonly both: number
}
