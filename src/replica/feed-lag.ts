import { processTime } from '../process-time.ts'

/** How far behind the database a reader of its feed is, as far as it has heard. */
export class FeedLag {
  #known = 0
  #heardAt = 0
  #served = 0
  #since: number | undefined

  /** The newest revision that was heard of. */
  get known(): number {
    return this.#known
  }

  /** Since when (`processTime`) a revision is known that is not served; undefined: there is none. */
  get since(): number | undefined {
    return this.#since
  }

  heard(revision: number): void {
    this.#known = revision
    this.#heardAt = processTime()
    if (revision === this.#served) this.#since = undefined
    else this.#since ??= this.#heardAt
  }

  /** The feed may say more than was heard. */
  served(revision: number): void {
    this.#served = revision
    this.#since = revision < this.#known ? this.#heardAt : undefined
    if (this.#since === undefined) this.#known = revision
  }
}
