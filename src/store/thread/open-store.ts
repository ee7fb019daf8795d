import type { Position } from '../../model/change.ts'
import type { PackedEntries } from '../../model/entry.ts'
import type { Location } from '../location.ts'
import type { Reports } from '../reports.ts'
import { type FeedBatch, type Gone, type Store, StoreUnavailable, type Write } from '../store.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { RetentionCursor } from '../versions/retention.ts'
import type { Unavailable } from './backend.ts'
import { DatabaseThread } from './database-thread.ts'
import type { Page } from './pages.ts'
import { SentNews } from './sent-news.ts'

/** Why a database cannot be reached, and what a person can do about it. */
export type Outage = Pick<Unavailable, 'cause' | 'hint'>

/**
 * Opens (and creates, and migrates) a database. A SQLite file belongs to this process until `close`. Rejects with
 * `StoreUnavailable` when it cannot be reached. Later on `onOutage` is told when that is so, and (null) when it can again.
 */
export async function openStore(
  location: Location,
  onOutage: (outage: Outage | null) => void = () => {},
): Promise<Store> {
  const listeners = new Set<(head: Position) => void>()
  let known: Position = { revision: 0, stamp: '' }
  const readers = new Set<() => void>()
  const sent = new SentNews()
  const thread = new DatabaseThread(location, {
    onOutage,
    onReported() {
      for (const reader of readers) reader()
    },
    onHead({ position: head, news }) {
      sent.keep(news)
      // A thread that has just started tells what it finds.
      if (head.revision === known.revision && head.stamp === known.stamp) return
      known = head
      for (const listener of listeners) listener(head)
    },
  })
  try {
    await thread.start()
  } catch (error) {
    await thread.close()
    throw error
  }
  const reports = location.kind === 'postgres' ? reportsOf(thread, readers) : undefined
  return { ...storeOf(thread, listeners, sent), reports, traffic: trafficOf(thread) }
}

function trafficOf(thread: DatabaseThread): Traffic {
  return {
    add: batch => thread.call('addTraffic', [batch]),
    async read(query) {
      const { steps, services } = await thread.call('readTraffic', [query])
      return { steps: await allPages(thread, steps), services: await allPages(thread, services) }
    },
    async tidy(keep) {
      for (let deleted = 0; ; ) {
        const slice = await thread.call('tidyTrafficSlice', [keep])
        deleted += slice.deleted
        if (slice.isDone) return deleted
      }
    },
  }
}

function reportsOf(thread: DatabaseThread, readers: Set<() => void>): Reports {
  return {
    tell: (replica, version, report) => thread.call('tellReport', [replica, version, report]),
    others: (replica, known) => thread.call('otherReports', [replica, known]),
    document: (replica, documents, count) => thread.call('writeDocuments', [replica, documents, count]),
    documents: (replica, known) => thread.call('otherDocuments', [replica, known]),
    leave: replica => thread.call('leaveReports', [replica]),
    subscribe(listener) {
      readers.add(listener)
      return () => void readers.delete(listener)
    },
  }
}

function storeOf(
  thread: DatabaseThread,
  listeners: Set<(head: Position) => void>,
  sent: SentNews,
): Omit<Store, 'reports' | 'traffic'> {
  return {
    head: () => thread.call('head', []),
    async write(write) {
      const handedOver = { ...write, parts: write.parts.map(withOwnBuffer) }
      return thread.call('write', [handedOver], buffersOf(handedOver))
    },
    repeat: repeat => thread.call('repeat', [repeat]),
    restore: restore => thread.call('restore', [restore]),
    removeSource: (...removal) => thread.call('removeSource', removal),
    control: write => thread.call('control', [write]),
    async part(source, part, revision) {
      const state = await thread.call('part', [source, part, revision])
      if (state === null || 'outcome' in state) return state
      return { ...state, entries: await allPages(thread, state.entries) }
    },
    entries: async query => pagesOrGone(thread, await thread.call('entries', [query])),
    changes: after => changes(thread, after, { isFollowed: listeners.size > 0, sent }),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    revisions: query => thread.call('revisions', [query]),
    revision: id => thread.call('revision', [id]),
    diff: async (from, to, source) => pagesOrGone(thread, await thread.call('diff', [from, to, source])),
    sources: () => thread.call('sources', []),
    nacks: {
      note: nacks => thread.call('noteNacks', [nacks]),
      list: query => thread.call('listNacks', [query]),
    },
    heard: (...pusher) => thread.call('heard', pusher),
    lastHeard: () => thread.call('lastHeard', []),
    lease: (name, holder, duration) => thread.call('lease', [name, holder, duration]),
    release: (name, holder) => thread.call('release', [name, holder]),
    async retain(policy) {
      let deleted = 0
      let cursor: RetentionCursor | undefined
      for (;;) {
        const slice = await thread.call('retainSlice', [policy, cursor])
        deleted += slice.deleted
        if (slice.next === null) return deleted
        cursor = slice.next
      }
    },
    close: () => thread.close(),
  }
}

interface Following {
  /** Somebody is told of what is new, and will read it. */
  readonly isFollowed: boolean
  readonly sent: SentNews
}

async function* changes(
  thread: DatabaseThread,
  after: Partial<Position>,
  { isFollowed, sent }: Following,
): AsyncIterable<FeedBatch> {
  const first = sent.take(after) ?? (await thread.call('beginFeed', [after, isFollowed]))
  if (first === null) return
  const { next, ...batch } = first
  yield batch
  let cursor = next
  while (cursor !== null) {
    const page = await thread.call('nextFeed', [cursor])
    if (page === null) throw overtaken(after)
    const { next, ...batch } = page
    yield { ...batch, commits: [] }
    cursor = next
  }
}

function overtaken({ revision }: Partial<Position>): StoreUnavailable {
  const hint = 'ask again: the changes then begin with a reset'
  const message = `store changes: retention overtook a reader that stood at revision ${revision}: ${hint}`
  return new StoreUnavailable(message, { operation: 'changes', hint })
}

async function allPages<T>(thread: DatabaseThread, first: Page<T>): Promise<T[]> {
  const items = [...first.items]
  let { rest } = first
  while (rest !== null) {
    const page = (await thread.call('nextPage', [rest])) as Page<unknown> as Page<T>
    items.push(...page.items)
    rest = page.rest
  }
  return items
}

async function pagesOrGone<T>(thread: DatabaseThread, first: Page<T> | Gone): Promise<T[] | Gone> {
  return 'outcome' in first ? first : allPages(thread, first)
}

/** Only a buffer that holds nothing else can be handed over. */
function withOwnBuffer<P extends { readonly entries: PackedEntries }>(part: P): P {
  const { entries } = part
  return entries.byteLength === entries.buffer.byteLength ? part : { ...part, entries: entries.slice() }
}

function buffersOf(write: Write): ArrayBuffer[] {
  return write.parts.map(part => part.entries.buffer)
}
