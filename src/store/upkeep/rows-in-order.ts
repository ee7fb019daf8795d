import type { Slices } from './moment.ts'

/** Rows in the order of the revision that each belongs to, taken revision by revision. */
export class RowsInOrder<T> {
  readonly #slices: AsyncIterator<readonly T[]>
  readonly #revisionOf: (row: T) => number
  #slice: readonly T[] = []
  #at = 0

  constructor(slices: Slices<T>, revisionOf: (row: T) => number) {
    this.#slices = slices[Symbol.asyncIterator]()
    this.#revisionOf = revisionOf
  }

  /** The revision of the next row; Infinity when there is none. */
  async next(): Promise<number> {
    while (this.#at === this.#slice.length) {
      const { done, value } = await this.#slices.next()
      if (done) return Number.POSITIVE_INFINITY
      this.#slice = value
      this.#at = 0
    }
    return this.#revisionOf(this.#slice[this.#at] as T)
  }

  /** Takes the rows of this revision: the next one that there is. */
  async *of(revision: number): AsyncGenerator<T> {
    while ((await this.next()) === revision) {
      const slice = this.#slice
      while (this.#at < slice.length && this.#revisionOf(slice[this.#at] as T) === revision) {
        const row = slice[this.#at] as T
        this.#at += 1
        yield row
      }
    }
  }

  /** Lets go of what was not taken. */
  async end(): Promise<void> {
    await this.#slices.return?.()
  }
}
