/** At most so many rows, or so many characters of them, cross the thread in one message. */
const PAGE_ROWS = 1_000
const PAGE_CHARACTERS = 1_000_000

/** One message's worth of a long answer; `rest` is where the next page lies, null at the end. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly rest: number | null
}

/**
 * Long answers, made at once so that they are of one moment, and fetched in pages so that no message is large.
 * A reader that has begun fetches to the end; nothing else frees what is left.
 */
export class Pages {
  readonly #waiting = new Map<number, { readonly items: readonly unknown[]; readonly at: number }>()
  #last = 0

  first<T>(items: readonly T[], size: (item: T) => number): Page<T> {
    return this.#cut(items, 0, size)
  }

  next<T>(rest: number, size: (item: T) => number): Page<T> {
    const found = this.#waiting.get(rest)
    if (found === undefined) throw new Error(`page ${rest} was fetched already`)
    this.#waiting.delete(rest)
    return this.#cut(found.items as readonly T[], found.at, size)
  }

  #cut<T>(items: readonly T[], from: number, size: (item: T) => number): Page<T> {
    let to = from
    let characters = 0
    while (to < items.length && to - from < PAGE_ROWS && characters < PAGE_CHARACTERS) {
      characters += size(items[to] as T)
      to += 1
    }
    if (to === items.length) return { items: items.slice(from), rest: null }
    this.#last += 1
    this.#waiting.set(this.#last, { items, at: to })
    return { items: items.slice(from, to), rest: this.#last }
  }
}
