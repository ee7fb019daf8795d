import type { Database } from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Entry, Part } from '../../model/entry.ts'
import type {
  ControlWrite,
  EntriesQuery,
  EntryDiff,
  Gone,
  Repeat,
  Restore,
  RetentionPolicy,
  RevisionsQuery,
  StoredEntry,
  Write,
} from '../store.ts'
import { control } from './control.ts'
import { Feed, type FeedCursor } from './feed.ts'
import { History } from './history.ts'
import { LastHeard } from './last-heard.ts'
import { Ledger } from './ledger.ts'
import { Pages } from './pages.ts'
import { push, repeat } from './push.ts'
import { removeSource, restore } from './restore.ts'
import { Retention, type RetentionCursor } from './retention.ts'
import { Revisions } from './revisions.ts'

/** What the worker does for the main thread, by name: one synchronous act each. */
export type Operations = ReturnType<typeof operations>

export function operations(db: Database) {
  const ledger = new Ledger(db)
  const history = new History(db, ledger)
  const feed = new Feed(db, ledger)
  const revisions = new Revisions(drizzle(db))
  const retention = new Retention(db, ledger)
  const lastHeard = new LastHeard(db)
  const pages = new Pages()
  return {
    head: () => ledger.head(),
    write: (write: Write) => push(ledger, lastHeard, write),
    repeat: (wanted: Repeat) => repeat(ledger, lastHeard, wanted),
    restore: (wanted: Restore) => restore(ledger, wanted),
    removeSource: (source: string, author: string) => removeSource(ledger, lastHeard, source, author),
    control: (write: ControlWrite) => control(ledger, write),
    part: (source: string, part: Part, revision?: number) => {
      const state = history.part(source, part, revision)
      if (state === null || 'outcome' in state) return state
      return { ...state, entries: pages.first(state.entries, sizeOf) }
    },
    entries: (query: EntriesQuery) => paged(history.entries(query), rows => pages.first(rows, sizeOf)),
    diff: (from: number, to: number, source?: string) =>
      paged(history.diff(from, to, source), rows => pages.first(rows, sizeOf)),
    nextPage: (rest: number) => pages.next<Entry | StoredEntry | EntryDiff>(rest, sizeOf),
    beginFeed: (after: number) => feed.begin(after),
    nextFeed: (cursor: FeedCursor) => feed.next(cursor),
    revisions: (query: RevisionsQuery) => revisions.list(query),
    revision: (id: number) => revisions.get(id),
    sources: () => revisions.sources(),
    heard: (source: string) => lastHeard.note(source),
    lastHeard: () => lastHeard.all(),
    retainSlice: (policy: RetentionPolicy, cursor?: RetentionCursor) => retention.slice(policy, cursor),
  }
}

function paged<T, P>(rows: T[] | Gone, cut: (rows: T[]) => P): P | Gone {
  return 'outcome' in rows ? rows : cut(rows)
}

function sizeOf(row: Entry | EntryDiff): number {
  return 'body' in row ? row.body.length : (row.before?.length ?? 0) + (row.after?.length ?? 0)
}
