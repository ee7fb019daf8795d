import type { ChangeBatch, Commit, Position, StoredEntry } from '../model/change.ts'
import type { Entry, EntryKey, Kind, PackedEntries, Part, StoredPart } from '../model/entry.ts'
import type { Nacks } from './nacks.ts'
import type { Reports } from './reports.ts'
import type { Traffic } from './traffic/traffic.ts'

export type { ChangeBatch, Commit, Position, StoredEntry }

/**
 * All versions of everything that sources said, as intervals of revisions.
 *
 * Contract, for every form of it:
 * - Revisions are 1, 2, 3, … in commit order, one sequence for the whole system. A reader that has seen R has
 *   seen everything up to R.
 * - A write is one transaction: all of it or nothing. When its promise has resolved it survives `kill -9` and
 *   power loss.
 * - A write that changes nothing writes no revision. The first push of a part changes something even when it is
 *   empty: from then on the part is there.
 * - Entries never change: a replaced one is closed at the revision that replaced it, and `created` (the revision
 *   that first brought the key) is carried along.
 * - Methods reject with `StoreUnavailable` when the database cannot be reached, never for what a caller asked.
 * - Nothing here blocks the caller's event loop for longer than it takes to hand over one message.
 */
export interface Store {
  /** The newest revision; 0 when nothing was ever written. */
  head(): Promise<number>

  /**
   * The packed entries are handed over, not copied: the caller's buffer is empty afterwards. A write that was accepted,
   * whether it changed something or not, notes in the same transaction that its source was heard.
   */
  write(write: Write): Promise<WriteResult | Moved | Fenced>
  /**
   * What a replace of bytes that were pushed before would come to, without what they say; undefined when they are not
   * what stands, and their entries must be brought to `write`.
   */
  repeat(repeat: Repeat): Promise<WriteResult | Fenced | undefined>
  /**
   * Makes the parts asked for what they were at an old revision: what was not there then goes. `gone` when
   * retention took it, `unknown` when there never was such a revision, or nothing of that source then or now.
   */
  restore(restore: Restore): Promise<WriteResult | Gone>
  /**
   * Removes all that a source pushed, as a revision of part `both`, and that it was ever heard, and its epoch. `unknown`
   * when there is no such source.
   */
  removeSource(source: string, author: string, options?: RemovalOptions): Promise<WriteResult | Fenced>

  /** Changes what Vicinity itself and its operators say, as one revision of part `control`. */
  control(write: ControlWrite): Promise<ControlResult>

  /**
   * One part of a source as of a revision (default: now), sorted by kind, namespace, name. `null` when that part
   * was never pushed by then, or its source removed. A revision beyond the head reads as now.
   */
  part(source: string, part: Part, revision?: number): Promise<PartState | Gone | null>
  /** Entries of all sources as of a revision, optionally only some; for questions about the past. */
  entries(query: EntriesQuery): Promise<StoredEntry[] | Gone>

  /**
   * What changed after `after` up to the head of that moment, or to the last one that subscribers were told, in
   * batches of at most some thousand entries. All batches of one call name the same position (the next `after`) and
   * belong together: only the end of the iteration is a state that ever was. Yields nothing when there is no newer revision, and an empty batch when
   * newer revisions changed nothing in the end, so that a reader always gets to the head. Without a stamp the
   * revision is taken for one that was never lost.
   */
  changes(after: Partial<Position>): AsyncIterable<FeedBatch>
  /**
   * Calls back after commits of any process with the newest position; several at once are told by the last. It may be
   * behind the one before: the database failed over to a copy that lacks the last revisions. Returns its unsubscribe.
   */
  subscribe(listener: (head: Position) => void): () => void

  revisions(query: RevisionsQuery): Promise<{ items: Revision[]; total: number }>
  revision(id: number): Promise<Revision | null>
  /** What differs between two revisions, sorted by source, kind, namespace, name. */
  diff(from: number, to: number, source?: string): Promise<EntryDiff[] | Gone>

  sources(): Promise<SourceState[]>

  /** undefined: this process has the database for itself. */
  readonly reports: Reports | undefined

  /** What proxies refused. */
  readonly nacks: Nacks

  /** Requests between zones, as proxies report them. */
  readonly traffic: Traffic

  /**
   * Notes that something was heard of a source's pusher just now, if it is not fenced (`Write.epoch`). No revision, and no
   * write within `HEARD_PRECISION` unless the epoch is new.
   */
  heard(source: string, epoch?: number): Promise<{ readonly outcome: 'heard' } | Fenced>
  /**
   * When each source was last heard (RFC 3339, UTC): at that time for certain, and perhaps again until less than
   * `HEARD_PRECISION` later.
   */
  lastHeard(): Promise<ReadonlyMap<string, string>>

  /**
   * Takes a lease, or keeps it, for `duration` milliseconds of the database's clock; null while another holder has it.
   * Whoever does not ask again in time has lost it.
   */
  lease(name: string, holder: string, duration: number): Promise<Tenure | null>
  /** Gives a lease back before it runs out. */
  release(name: string, holder: string): Promise<void>

  /** Deletes history older than the policy says, in small slices; resolves to the number of rows deleted. */
  retain(policy: RetentionPolicy): Promise<number>
  close(): Promise<void>
}

export interface FeedBatch extends ChangeBatch, Position {
  /**
   * Of the first batch: the revisions that are new to the reader, oldest first; of very many the newest alone. None
   * after a reset: what was missed cannot be told from what was lost.
   */
  readonly commits: readonly Commit[]
}

/** Milliseconds after a note that a source was heard in which it is not noted again: a syncer may send all the time. */
export const HEARD_PRECISION = 1_000

/** Times of the database's clock, RFC 3339, UTC. */
export interface Tenure {
  /**
   * Since when somebody has had the lease, without a break longer than `LEASE_GAP` and without that the clock was set
   * forward by more than that.
   */
  readonly since: string
  readonly now: string
}

/** Milliseconds that may pass between two holders of a lease: one lets go, and the next has not asked yet. */
export const LEASE_GAP = 2_000

/** The database cannot be reached, is full or read-only. Retry later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  /** What was asked of the store: `write`, `open`… */
  readonly operation: string
  /** What a person can do about it. */
  readonly hint: string
  /** There is no room for what was to be written; what is read goes on. */
  readonly isFull: boolean

  constructor(
    message: string,
    options: { operation: string; hint: string; cause?: unknown; isFull?: boolean },
  ) {
    super(message, { cause: options.cause })
    this.operation = options.operation
    this.hint = options.hint
    this.isFull = options.isFull ?? false
  }
}

export interface Write {
  readonly source: string
  /** Who: the name of a token, or `anonymous`. */
  readonly author: string
  /** One part, or both of a snapshot: one revision in any case. */
  readonly parts: readonly PartWrite[]
  /**
   * The write happens only if the digest of what stands is one of these (`*`: anything that was pushed). Of a
   * snapshot (two parts) it is `snapshotDigest` of both.
   */
  readonly ifMatch?: readonly string[]
  /** The write happens only if the part (each of the parts) was never pushed. */
  readonly ifNoneMatch?: boolean
  /** As in `Fenced`: the write happens only if no newer one is known; it is known from then on. */
  readonly epoch?: number
  /** Do all but commit: the result says what would have changed; `revision` is then null. */
  readonly dryRun?: boolean
}

/** As in `Write`. */
export type RemovalOptions = Pick<Write, 'epoch' | 'dryRun'>

/** A replace of parts by one body, of which only the digest is known. */
export interface Repeat extends Omit<Write, 'parts'> {
  readonly parts: readonly Part[]
  /** As in `PartWrite`. */
  readonly bodyDigest: string
}

export type PartWrite = { readonly part: Part; readonly entries: PackedEntries } & (
  | {
      /** The part becomes exactly these entries. */
      readonly mode: 'replace'
      /**
       * Hash of the pushed bytes and of whatever else their parsing depends on: when the part's last write was a
       * replace with the same, nothing is compared again.
       */
      readonly bodyDigest: string
      /** The write happens only if nobody changed the part after this revision, unless it would change nothing. */
      readonly unchangedSince?: number
    }
  | {
      /**
       * These entries are added or replaced, `remove` goes, the rest stays. A service is two entries here too:
       * to remove one, both its `Service` and its `Endpoints` are named. What is not there is no error.
       */
      readonly mode: 'patch'
      readonly remove: readonly EntryKey[]
    }
)

export interface Restore {
  readonly revision: number
  /** Default: every source. */
  readonly source?: string
  readonly parts: readonly Part[]
  readonly author: string
  readonly dryRun?: boolean
}

/** Entries of part `control` are added or replaced, `remove` goes, the rest stays. What is not there is no error. */
export interface ControlWrite {
  readonly cause: ControlCause
  /** Whom it is about, for the history; null: everybody. */
  readonly source: string | null
  readonly author: string
  readonly upsert: readonly Entry[]
  readonly remove: readonly EntryKey[]
  /** As in `Write`. */
  readonly dryRun?: boolean
}

export type ControlResult = Extract<WriteResult, { outcome: 'written' | 'unchanged' }>

export type WriteResult =
  | {
      readonly outcome: 'written'
      /** null for a dry run. */
      readonly revision: number | null
      /** Of the part, or of both of a snapshot; after a restore of all sources, of all their entries together. */
      readonly digest: string
      readonly changed: ChangeCounts
    }
  /** Equal content stands already, since `revision`. */
  | { readonly outcome: 'unchanged'; readonly revision: number; readonly digest: string }
  /** `ifMatch` or `ifNoneMatch` said no. `digest` is what stands, null when never pushed. */
  | { readonly outcome: 'conflict'; readonly digest: string | null }
  /** A patch of a part that was never pushed, or an unknown source. */
  | { readonly outcome: 'unknown' }

/** Somebody changed a part, in `revision`, after the one since which it had to be unchanged. */
export interface Moved {
  readonly outcome: 'moved'
  readonly revision: number
}

/**
 * Another pusher of the source has taken over: an accepted write brought an epoch that is newer than the given one. The
 * newest is kept until the source is removed. A write that brings none is not judged by it.
 */
export interface Fenced {
  readonly outcome: 'fenced'
  readonly given: number
  readonly newest: number
}

/** Retention took what was asked for: history is kept from revision `oldest` on. */
export interface Gone {
  readonly outcome: 'gone'
  readonly oldest: number
}

export interface ChangeCounts {
  readonly added: number
  readonly updated: number
  readonly removed: number
}

export interface PartState {
  readonly entries: readonly Entry[]
  readonly digest: string
  /** The revision that last changed the part, as of the revision asked for. */
  readonly revision: number
}

export interface EntriesQuery {
  readonly revision?: number
  readonly kinds?: readonly Kind[]
  readonly namespace?: string
  readonly name?: string
}

/**
 * A zone was drained or not any more; a source's settings; a source fell silent, or was heard again; demand; a resource
 * was quarantined or not any more.
 */
const CONTROL_CAUSES = [
  'drain',
  'undrain',
  'settings',
  'stale',
  'heard',
  'demand',
  'quarantine',
  'release',
] as const
/** `delete`: what was known of a source that was removed goes too. */
export type ControlCause = (typeof CONTROL_CAUSES)[number] | 'delete'

/** What a revision came from. */
export const CAUSES = ['push', 'patch', 'restore', 'delete', ...CONTROL_CAUSES] as const
export type Cause = (typeof CAUSES)[number]

export interface Revision {
  readonly revision: number
  /** null: every source (a restore of all, a drain). */
  readonly source: string | null
  readonly part: StoredPart | 'both'
  readonly cause: Cause
  /** The revision that a restore brought back. */
  readonly restored: number | null
  /** Digest of the part (or of both) after it; null for a restore of all sources. */
  readonly digest: string | null
  readonly author: string
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string
  readonly changed: ChangeCounts
}

export interface RevisionsQuery {
  readonly limit: number
  /** Only revisions before this one in the order asked for: the cursor of the page before. */
  readonly after?: number
  readonly order: 'newest' | 'oldest'
  readonly source?: string
  readonly part?: StoredPart | 'both'
  readonly author?: string
  readonly cause?: Cause
}

export interface EntryDiff extends EntryKey {
  readonly source: string
  /** The entry's body at `from`; null when there was none. */
  readonly before: string | null
  /** The entry's body at `to`; null when there is none. */
  readonly after: string | null
}

export interface SourceState {
  readonly source: string
  /** The revision that first brought this source. */
  readonly created: number
  readonly parts: readonly {
    readonly part: Part
    readonly digest: string
    /** The revision that last changed it. */
    readonly revision: number
    readonly entries: number
    readonly changedAt: string
  }[]
}

/**
 * Ages in milliseconds after which closed entries of a part may go; Infinity keeps them. A part that did not
 * change in that time stays readable at every revision. Revision rows go with the last thing that they wrote.
 * `control` is kept as long as the topology that it is about; NACKs as long as the longer of the two.
 */
export type RetentionPolicy = Readonly<Record<Part, number>>
