import type { Kind, StoredPart } from '../../model/entry.ts'
import type { Nack } from '../../model/nacks.ts'
import type { Cause } from '../store.ts'

/**
 * All that a database keeps, in words that hold for each form of it: what is checked, and what is brought along when it
 * moves to another form. Ids are left out: they mean nothing outside their database, and only order rows of one revision.
 */
export interface Rows {
  readonly revision: {
    readonly revision: number
    /** null: every source. */
    readonly source: string | null
    readonly part: StoredPart | 'both'
    readonly cause: Cause
    readonly restored: number | null
    readonly digest: string | null
    readonly author: string
    readonly createdAt: string
    readonly added: number
    readonly updated: number
    readonly removed: number
  }
  readonly part: Interval & {
    readonly digest: string
    readonly entries: number
    readonly bodyDigest: string | null
    readonly changedAt: string
  }
  readonly entry: EntryVersion & { readonly digest: string; readonly body: string }
  readonly floor: { readonly source: string; readonly part: StoredPart; readonly revision: number }
  readonly heard: { readonly source: string; readonly heardAt: string }
  readonly fence: { readonly source: string; readonly epoch: number }
  readonly nack: Omit<Nack, 'resources'> & { readonly resources: string }
}

/** What holds from revision `since` until `until` (null: it holds now); its key is there since `created`. */
interface Interval {
  readonly source: string
  readonly part: StoredPart
  readonly since: number
  readonly until: number | null
  readonly created: number
}

export interface EntryVersion extends Interval {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}

export type Table = keyof Rows

type Column = 'text' | 'number' | 'time'

const INTERVAL = {
  source: 'text',
  part: 'text',
  since: 'number',
  until: 'number',
  created: 'number',
} as const

/** Columns by their names in code, in the order in which rows are read. */
export const COLUMNS: { readonly [T in Table]: { readonly [C in keyof Rows[T]]: Column } } = {
  revision: {
    revision: 'number',
    source: 'text',
    part: 'text',
    cause: 'text',
    restored: 'number',
    digest: 'text',
    author: 'text',
    createdAt: 'time',
    added: 'number',
    updated: 'number',
    removed: 'number',
  },
  part: { ...INTERVAL, digest: 'text', entries: 'number', bodyDigest: 'text', changedAt: 'time' },
  entry: { ...INTERVAL, kind: 'text', namespace: 'text', name: 'text', digest: 'text', body: 'text' },
  floor: { source: 'text', part: 'text', revision: 'number' },
  heard: { source: 'text', heardAt: 'time' },
  fence: { source: 'text', epoch: 'number' },
  nack: {
    key: 'text',
    gateway: 'text',
    node: 'text',
    proxy: 'text',
    typeUrl: 'text',
    resources: 'text',
    revision: 'number',
    detail: 'text',
    firstAt: 'time',
    lastAt: 'time',
    count: 'number',
  },
}

/** The order of a table's rows, the same in each form. */
const ORDERS: Record<Table, string> = {
  revision: 'revision',
  part: 'since, source, part',
  entry: 'since, id',
  floor: 'source, part',
  heard: 'source',
  fence: 'source',
  nack: 'key',
}

export const TABLES = Object.keys(COLUMNS) as Table[]

/** `bodyDigest` is `body_digest` in the database. */
export function columnName(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** Statements that both forms understand. */
export const READ_ALL = Object.fromEntries(
  TABLES.map(table => {
    const columns = Object.keys(COLUMNS[table]).map(name => `${columnName(name)} as "${name}"`)
    return [table, `select ${columns.join(', ')} from ${table} order by ${ORDERS[table]}`]
  }),
) as Record<Table, string>

/** What stands no more, without bodies, in the order in which it went. */
export const READ_CLOSED =
  'select source, part, until, digest from entry where until is not null order by until, id'

/**
 * Versions of a key that do not follow the version before: it holds still when they begin, or ends there and is of
 * another `created`.
 */
export const READ_ODD_SUCCESSORS = `
  select * from (
    select source, part, since, until, created, kind, namespace, name,
      lag(since) over versions as "earlierSince", lag(until) over versions as "earlierUntil",
      lag(created) over versions as "earlierCreated"
    from entry window versions as (partition by namespace, name, kind, source order by since, id)
  ) as successors
  where "earlierSince" is not null
    and ("earlierUntil" is null or "earlierUntil" > since
         or ("earlierUntil" = since and "earlierCreated" <> created))`
