import { IdSet } from './id-set.ts'
import { type NameId, STRANGE } from './name-id.ts'

/** Names of one page. Who has a few of many names has a few pages. */
const PAGE_BITS = 6
const PAGE = 1 << PAGE_BITS

type Page<Value> = (Value | undefined)[]

/**
 * A value for each of some names: 8 bytes a name, where they stand close together, and looked up without a hash. What many
 * maps have alike they have once (`addAll`).
 */
export class IdMap<Value extends object> {
  readonly #pages: (Page<Value> | undefined)[] = []
  /** Pages, by their numbers, that another map may have as well: to be copied before anything in them changes. */
  readonly #lent = new IdSet()
  #strange: Map<NameId, Value> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get(id: NameId): Value | undefined {
    if (id >= STRANGE) return this.#strange?.get(id)
    const page = id >> PAGE_BITS
    return page < this.#pages.length ? this.#pages[page]?.[id & (PAGE - 1)] : undefined
  }

  has(id: NameId): boolean {
    return this.get(id) !== undefined
  }

  set(id: NameId, value: Value): void {
    if (id >= STRANGE) {
      this.#strange ??= new Map()
      if (!this.#strange.has(id)) this.#size += 1
      this.#strange.set(id, value)
      return
    }
    const page = this.#page(id >> PAGE_BITS)
    if (page[id & (PAGE - 1)] === undefined) this.#size += 1
    page[id & (PAGE - 1)] = value
  }

  /** Returns whether it was there. */
  delete(id: NameId): boolean {
    if (!this.has(id)) return false
    this.#size -= 1
    if (id >= STRANGE) this.#strange?.delete(id)
    else this.#page(id >> PAGE_BITS)[id & (PAGE - 1)] = undefined
    return true
  }

  /** Any of these. */
  hasAny(ids: IdSet): boolean {
    if (this.#size === 0) return false
    for (const [number, page] of this.#pages.entries()) {
      const first = number << PAGE_BITS
      if (page === undefined || !ids.hasBetween(first, first + PAGE)) continue
      for (let at = 0; at < PAGE; at++) if (page[at] !== undefined && ids.has(first + at)) return true
    }
    for (const id of this.#strange?.keys() ?? []) if (ids.has(id)) return true
    return false
  }

  /**
   * Takes what the other map has of these names (default all), over what it had of them itself. A whole page that is new to it is
   * that of the other map, until one of the two changes it.
   */
  addAll(other: IdMap<Value>, ids?: IdSet): void {
    for (const [number, page] of other.#pages.entries()) {
      if (page === undefined) continue
      const first = number << PAGE_BITS
      if (this.#pages[number] === undefined && (ids === undefined || isWithin(page, first, ids))) {
        this.#borrow(number, page, other)
        continue
      }
      for (const [at, value] of page.entries())
        if (value !== undefined && ids?.has(first + at) !== false) this.set(first + at, value)
    }
    for (const [id, value] of other.#strange ?? []) if (ids?.has(id) !== false) this.set(id, value)
  }

  /** The pages in which these names are, as they are now. */
  pagesOf(ids: readonly NameId[]): IdMap<Value> {
    const pages = new IdMap<Value>()
    for (const id of ids) {
      const page = this.#pages[id >> PAGE_BITS]
      const value = this.get(id)
      if (id >= STRANGE) {
        if (value !== undefined) pages.set(id, value)
      } else if (page !== undefined && pages.#pages[id >> PAGE_BITS] === undefined)
        pages.#borrow(id >> PAGE_BITS, page, this)
    }
    return pages
  }

  /**
   * Takes what `after` has of these names, which are all here. A page that is that of `before`, or comes to be like that of
   * `after`, is that one from then on.
   */
  replace(ids: readonly NameId[], before: IdMap<Value>, after: IdMap<Value>): void {
    for (const [index, id] of ids.entries()) {
      const number = id >> PAGE_BITS
      const page = after.#pages[number]
      if (page !== undefined && this.#pages[number] === page) continue
      if (page !== undefined && this.#pages[number] === before.#pages[number]) {
        this.#lend(number, page)
        continue
      }
      this.set(id, after.get(id) as Value)
      const isLast = (ids[index + 1] ?? STRANGE) >> PAGE_BITS !== number
      if (isLast && page !== undefined && isAlike(this.#pages[number], page)) this.#lend(number, page)
    }
  }

  clear(): void {
    this.#pages.length = 0
    this.#lent.clear()
    this.#strange = undefined
    this.#size = 0
  }

  *keys(): Generator<NameId> {
    for (const [id] of this) yield id
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value
  }

  *[Symbol.iterator](): Generator<[NameId, Value]> {
    for (const [page, values] of this.#pages.entries()) {
      for (let at = 0; values !== undefined && at < PAGE; at++) {
        const value = values[at]
        if (value !== undefined) yield [(page << PAGE_BITS) + at, value]
      }
    }
    if (this.#strange) yield* this.#strange
  }

  /** To be changed. */
  #page(number: number): Page<Value> {
    this.#reach(number)
    const known = this.#pages[number]
    if (known !== undefined && !this.#lent.has(number)) return known
    const page = known?.slice() ?? new Array<Value | undefined>(PAGE).fill(undefined)
    this.#lent.delete(number)
    this.#pages[number] = page
    return page
  }

  #borrow(number: number, page: Page<Value>, owner: IdMap<Value>): void {
    this.#reach(number)
    this.#lend(number, page)
    owner.#lent.add(number)
    for (const value of page) if (value !== undefined) this.#size += 1
  }

  #lend(number: number, page: Page<Value>): void {
    this.#pages[number] = page
    this.#lent.add(number)
  }

  #reach(number: number): void {
    while (this.#pages.length <= number) this.#pages.push(undefined)
  }
}

/** Whether all that the page has is of these names. */
function isWithin<Value>(page: Page<Value>, first: NameId, ids: IdSet): boolean {
  for (let at = 0; at < PAGE; at++) if (page[at] !== undefined && !ids.has(first + at)) return false
  return true
}

function isAlike<Value>(a: Page<Value> | undefined, b: Page<Value>): boolean {
  for (let at = 0; at < PAGE; at++) if (a?.[at] !== b[at]) return false
  return true
}
