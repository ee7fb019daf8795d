import { type NameId, STRANGE } from './name-id.ts'

/** Names of one page. Who has a few of many names has a few pages. */
const PAGE_BITS = 6
const PAGE = 1 << PAGE_BITS

/** A value for each of some names: 8 bytes a name, where they stand close together, and looked up without a hash. */
export class IdMap<Value extends object> {
  readonly #pages: ((Value | undefined)[] | undefined)[] = []
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

  clear(): void {
    this.#pages.length = 0
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

  #page(number: number): (Value | undefined)[] {
    while (this.#pages.length <= number) this.#pages.push(undefined)
    const known = this.#pages[number]
    if (known !== undefined) return known
    const page = new Array<Value | undefined>(PAGE).fill(undefined)
    this.#pages[number] = page
    return page
  }
}
