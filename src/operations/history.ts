import type { Revision, RevisionsQuery, Store } from '../store/store.ts'
import type { Current } from './current-world.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { type NackSummary, nackSummary } from './nacks.ts'
import { type QuarantineSummary, quarantineSummary } from './quarantines.ts'
import { refuseFuture } from './read-part.ts'
import { isGone, isRefusal, type Refusal, refuse, refuseGone } from './refusal.ts'

export async function listRevisions(store: Store, query: RevisionsQuery): Promise<Page<Revision>> {
  const { items, total } = await store.revisions({ ...query, limit: query.limit + 1 })
  const page = items.slice(0, query.limit)
  const last = page.at(-1)
  return { items: page, next: last && items.length > page.length ? String(last.revision) : null, total }
}

export async function findRevision(store: Pick<Store, 'revision'>, id: number): Promise<Revision | Refusal> {
  return (await store.revision(id)) ?? refuse('unknown', `there is no revision ${id}`)
}

/** The NACKs that are shown with a revision. */
const SHOWN_NACKS = 100

export interface RevisionDetail extends Revision {
  /** What proxies that were being served it refused, seen last first; the first hundred. */
  readonly nacks: readonly NackSummary[]
  /** What of that is under quarantine now. */
  readonly quarantined: readonly QuarantineSummary[]
}

export async function readRevision(
  { store, replica }: Current,
  id: number,
): Promise<RevisionDetail | Refusal> {
  const revision = await findRevision(store, id)
  if (isRefusal(revision)) return revision
  const { items } = await store.nacks.list({ revision: id, limit: SHOWN_NACKS })
  const quarantined = [...replica.world().quarantines.values()].filter(row => row.revision === id)
  return { ...revision, nacks: items.map(nackSummary), quarantined: quarantined.map(quarantineSummary) }
}

/** One entry that differs between two revisions. */
export interface EntryChange {
  readonly source: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly change: 'added' | 'updated' | 'removed'
  readonly before: unknown
  readonly after: unknown
}

/** What changed between `from` (default: the revision before) and `to`, entries before and after. */
export async function diffRevisions(
  store: Store,
  question: {
    readonly to: number
    readonly from?: number | undefined
    readonly source?: string | undefined
  },
  request: ListRequest,
): Promise<({ from: number; to: number } & Page<EntryChange>) | Refusal> {
  const { to, from = to - 1, source } = question
  const ahead = await refuseFuture(store, Math.max(from, to))
  if (ahead) return ahead
  const diff = await store.diff(from, to, source)
  if (isGone(diff)) return refuseGone(Math.min(from, to), diff)
  const page = listPage(diff, DIFF_COLUMNS, request)
  if (isRefusal(page)) return page
  return { from, to, ...page, items: page.items.map(entryChange) }
}

type StoredDiff = Exclude<Awaited<ReturnType<Store['diff']>>, { outcome: 'gone' }>[number]

const DIFF_COLUMNS: Columns<StoredDiff> = {
  id: item => `${item.source}/${item.kind}/${item.namespace}/${item.name}`,
  fields: {
    source: item => item.source,
    kind: item => item.kind,
    namespace: item => item.namespace,
    name: item => item.name,
    change: changeOf,
  },
}

function changeOf({ before, after }: StoredDiff): EntryChange['change'] {
  if (before === null) return 'added'
  return after === null ? 'removed' : 'updated'
}

function entryChange(item: StoredDiff): EntryChange {
  const { source, kind, namespace, name, before, after } = item
  return {
    source,
    kind,
    namespace,
    name,
    change: changeOf(item),
    before: parsed(before),
    after: parsed(after),
  }
}

function parsed(body: string | null): unknown {
  return body === null ? null : JSON.parse(body)
}
