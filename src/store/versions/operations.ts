import type { Part } from '../../model/entry.ts'
import type { Nack } from '../../model/nacks.ts'
import type { NacksQuery } from '../nacks.ts'
import type {
  ControlWrite,
  EntriesQuery,
  RemovalOptions,
  Repeat,
  Restore,
  RetentionPolicy,
  RevisionsQuery,
  Write,
} from '../store.ts'
import { control } from './control.ts'
import { type FeedCursor, nextFeed } from './feed.ts'
import { heard } from './fencing.ts'
import { diff, entriesAt, partAt } from './history.ts'
import { push, repeat } from './push.ts'
import { removeSource, restore } from './restore.ts'
import { type RetentionCursor, retentionSlice } from './retention.ts'
import type { Database } from './statements.ts'

/** What can be asked of a database, by name: the same for all forms. */
export function operations(database: Database) {
  const { ledger, revisions, hearings, leases, nacks } = database.statements
  return {
    head: () => ledger.head(),
    write: (write: Write) => push(database, write),
    repeat: (wanted: Repeat) => repeat(database, wanted),
    restore: (wanted: Restore) => restore(database, wanted),
    removeSource: (source: string, author: string, options?: RemovalOptions) =>
      removeSource(database, source, author, options),
    control: (write: ControlWrite) => control(database, write),
    part: (source: string, part: Part, revision?: number) => partAt(database, source, part, revision),
    entries: (query: EntriesQuery) => entriesAt(database, query),
    diff: (from: number, to: number, source?: string) => diff(database, from, to, source),
    nextFeed: (cursor: FeedCursor) => nextFeed(database, cursor),
    revisions: (query: RevisionsQuery) => revisions.list(query),
    revision: (id: number) => revisions.get(id),
    sources: () => revisions.sources(),
    heard: (source: string, epoch?: number) => heard(database, { source, epoch }),
    lastHeard: () => hearings.all(),
    lease: (name: string, holder: string, duration: number) => leases.take(name, holder, duration),
    release: (name: string, holder: string) => leases.release(name, holder),
    noteNacks: (noted: readonly Nack[]) => nacks.note(noted),
    listNacks: (query: NacksQuery) => nacks.list(query),
    retainSlice: (policy: RetentionPolicy, cursor?: RetentionCursor) =>
      retentionSlice(database, policy, cursor),
  }
}
