import type { Position } from '../../model/change.ts'
import type { Entry, Part } from '../../model/entry.ts'
import type { Document, Versions } from '../reports.ts'
import type { EntriesQuery, EntryDiff, Gone, StoredEntry } from '../store.ts'
import { trafficOperations } from '../traffic/operations.ts'
import type { ServiceSum, StepSum, TrafficQuery } from '../traffic/traffic.ts'
import { operations } from '../versions/operations.ts'
import type { Backend } from './backend.ts'
import type { FollowedFeed } from './followed-feed.ts'
import { type Page, Pages } from './pages.ts'

/** What the thread does for the main thread, by name: the operations, with long answers in pages. */
export type Acts = ReturnType<typeof acts>

export function acts(database: Backend, feed: FollowedFeed) {
  const reports = () => shared(database.statements.reports)
  const asked = operations(database)
  const traffic = trafficOperations(database.traffic)
  const pages = new Pages()
  return {
    ...asked,
    ...traffic,
    readTraffic: async (query: TrafficQuery) => {
      const { steps, services } = await traffic.readTraffic(query)
      return { steps: pages.first(steps, sizeOf), services: pages.first(services, sizeOf) }
    },
    beginFeed: (after: Partial<Position>, isFollowed: boolean) => feed.begin(after, isFollowed),
    part: async (source: string, part: Part, revision?: number) => {
      const state = await asked.part(source, part, revision)
      if (state === null || 'outcome' in state) return state
      return { ...state, entries: pages.first(state.entries, sizeOf) }
    },
    entries: async (query: EntriesQuery) =>
      paged(await asked.entries(query), rows => pages.first(rows, sizeOf)),
    diff: async (from: number, to: number, source?: string) =>
      paged(await asked.diff(from, to, source), rows => pages.first(rows, sizeOf)),
    nextPage: async (rest: number): Promise<Page<Paged>> => pages.next(rest, sizeOf),
    tellReport: (replica: string, version: number, report: string) =>
      reports().tell(replica, version, report),
    otherReports: (replica: string, known: Versions) => reports().others(replica, known),
    writeDocuments: (replica: string, documents: readonly Document[], count: number) =>
      reports().document(replica, documents, count),
    otherDocuments: (replica: string, known: Versions) => reports().documents(replica, known),
    leaveReports: (replica: string) => reports().leave(replica),
  }
}

function shared<T>(reports: T | null): T {
  if (reports === null) throw new Error('no other process shares this database')
  return reports
}

function paged<T, P>(rows: T[] | Gone, cut: (rows: T[]) => P): P | Gone {
  return 'outcome' in rows ? rows : cut(rows)
}

type Paged = Entry | StoredEntry | EntryDiff | StepSum | ServiceSum

function sizeOf(row: Paged): number {
  if ('body' in row) return row.body.length
  return 'before' in row ? (row.before?.length ?? 0) + (row.after?.length ?? 0) : SUM_SIZE
}

/** Of a few numbers and short names. */
const SUM_SIZE = 100
