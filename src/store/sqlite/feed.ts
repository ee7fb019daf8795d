import type { Database } from 'better-sqlite3'
import { type EntryKey, STORED_PARTS } from '../../model/entry.ts'
import type { StoredEntry } from '../store.ts'
import { CAME, WENT } from './entry-queries.ts'
import type { Ledger } from './ledger.ts'
import { PAGE_CHARACTERS, PAGE_ROWS } from './pages.ts'

/** Which piece of the feed comes next: where in which half. */
export interface FeedCursor {
  /** The reader's state; 0 when it must begin anew. */
  readonly after: number
  /** The head when the iteration began. */
  readonly to: number
  readonly half: 'came' | 'went'
  /** The last row given: the revision of its half, and its id. */
  readonly revision: number
  readonly id: number
}

export interface FeedPage {
  readonly revision: number
  readonly reset: boolean
  readonly upserted: readonly StoredEntry[]
  readonly removed: readonly (EntryKey & { readonly source: string })[]
  readonly next: FeedCursor | null
}

type Came = StoredEntry & { id: number }
type Went = EntryKey & { source: string; id: number; until: number }

const AFTER_ALL_IDS = Number.MAX_SAFE_INTEGER

/** The change feed: first what came, then what went, each a walk along its own index. */
export class Feed {
  readonly #ledger: Ledger
  readonly #came
  readonly #went

  constructor(db: Database, ledger: Ledger) {
    this.#ledger = ledger
    this.#came = db.prepare(CAME)
    this.#went = db.prepare(WENT)
  }

  /** null when there is nothing newer than `after`. */
  begin(after: number): FeedPage | null {
    const to = this.#ledger.head()
    if (to <= after) return null
    // Retention has taken rows that would say what went since: the reader must forget all that it holds.
    const reset = after > 0 && after < this.#ledger.floor(null, STORED_PARTS)
    const start = reset ? 0 : after
    return this.#page({ after: start, to, half: 'came', revision: start, id: AFTER_ALL_IDS }, reset)
  }

  /** null when retention has meanwhile taken rows that the rest of the iteration would need. */
  next(cursor: FeedCursor): FeedPage | null {
    const oldestNeeded = cursor.after === 0 ? cursor.to : cursor.after
    if (oldestNeeded < this.#ledger.floor(null, STORED_PARTS)) return null
    return this.#page(cursor, false)
  }

  #page(start: FeedCursor, reset: boolean): FeedPage {
    const { after, to } = start
    const upserted: StoredEntry[] = []
    const removed: (EntryKey & { source: string })[] = []
    const page = (next: FeedCursor | null) => ({ revision: to, reset, upserted, removed, next })
    let went: FeedCursor = start
    if (start.half === 'came') {
      let characters = 0
      for (const row of this.#came.iterate({ since: start.revision, id: start.id, to }) as Iterable<Came>) {
        const { id, ...entry } = row
        upserted.push(entry)
        characters += entry.body.length
        if (upserted.length >= PAGE_ROWS || characters >= PAGE_CHARACTERS) {
          return page({ after, to, half: 'came', revision: entry.since, id })
        }
      }
      went = { after, to, half: 'went', revision: after, id: AFTER_ALL_IDS }
    }
    const rows = this.#went.iterate({ until: went.revision, id: went.id, to, after }) as Iterable<Went>
    for (const { id, until, ...key } of rows) {
      removed.push(key)
      if (upserted.length + removed.length >= PAGE_ROWS) {
        return page({ after, to, half: 'went', revision: until, id })
      }
    }
    return page(null)
  }
}
