import { compare } from '../model/order.ts'
import { type Refusal, refuse } from './refusal.ts'

/** One page of a list, asked for in the terms that every list of the API shares. */
export interface ListRequest {
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** A field, or `-field` for the greatest first. */
  readonly sort?: string | undefined
  readonly filters: readonly Filter[]
}

export interface Filter {
  readonly field: string
  /** `=` is equal, `~` is contains. */
  readonly operator: '=' | '~'
  readonly value: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null
  /** How many there are on all pages. */
  readonly total: number
}

/** What a list can be sorted and filtered by, and what tells its items apart. */
export interface Columns<T> {
  readonly id: (item: T) => string
  /** A list of values is equal to, or contains, what one of them does; it is sorted by all of them. */
  readonly fields: Readonly<Record<string, (item: T) => string | number | readonly string[]>>
}

/**
 * Sorts, filters and pages a list that is in memory. Items of equal fields go by id, and a cursor names the last
 * item seen, so that pages neither repeat nor skip what stays while other items come and go.
 */
export function listPage<T>(all: Iterable<T>, columns: Columns<T>, request: ListRequest): Page<T> | Refusal {
  const descending = request.sort?.startsWith('-') ?? false
  const field = descending ? request.sort?.slice(1) : request.sort
  const sortValue = field === undefined ? columns.id : columns.fields[field]
  const cursor = request.after === undefined ? undefined : decodeCursor(request.after, request.sort)
  const known = Object.keys(columns.fields).join(', ')
  const problems = request.filters
    .filter(filter => !columns.fields[filter.field])
    .map(filter => ({ pointer: '/filter', detail: `"${filter.field}" is none of ${known}` }))
  if (!sortValue) problems.push({ pointer: '/sort', detail: `"${field}" is none of ${known}` })
  if (cursor === null)
    problems.push({ pointer: '/after', detail: 'is not the `next` of a page sorted like this' })
  if (!sortValue || cursor === null || problems.length > 0)
    return refuse('malformed', 'the list cannot be made as asked for', problems)

  const order = (a: Position, b: Position) =>
    (descending ? -1 : 1) * compare(a.value, b.value) || compare(a.id, b.id)
  const matching = [...all]
    .filter(item => request.filters.every(filter => matches(item, columns, filter)))
    .map(item => ({ item, value: sortable(sortValue(item)), id: columns.id(item) }))
  const rest = cursor ? matching.filter(one => order(one, cursor) > 0) : matching
  const page = rest.sort(order).slice(0, request.limit)
  const last = page.at(-1)
  return {
    items: page.map(one => one.item),
    next: last && rest.length > page.length ? encodeCursor(request.sort, last) : null,
    total: matching.length,
  }
}

interface Position {
  readonly value: string | number
  readonly id: string
}

function sortable(value: string | number | readonly string[]): string | number {
  return typeof value === 'object' ? value.join() : value
}

function matches<T>(item: T, columns: Columns<T>, filter: Filter): boolean {
  const values = [columns.fields[filter.field]?.(item)].flat().map(String)
  return values.some(value =>
    filter.operator === '=' ? value === filter.value : value.includes(filter.value),
  )
}

function encodeCursor(sort: string | undefined, { value, id }: Position): string {
  return Buffer.from(JSON.stringify([sort ?? '', value, id])).toString('base64url')
}

function decodeCursor(text: string, sort: string | undefined): Position | null {
  try {
    const [cursorSort, value, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const valid = typeof value === 'string' || typeof value === 'number'
    return cursorSort === (sort ?? '') && valid && typeof id === 'string' ? { value, id } : null
  } catch {
    return null
  }
}
