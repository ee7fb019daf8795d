/**
 * How many editions are remembered: of a stream that is further behind, this long ago is the least that can be said.
 */
const LIMIT = 1_000

/**
 * When editions came, by the wall clock: how long a stream is behind is how long ago the first came that it has not
 * answered.
 */
export class Arrivals {
  /** Oldest first. */
  readonly #all: { readonly edition: number; readonly at: Date }[] = []

  came(edition: number, at: Date): void {
    this.#all.push({ edition, at })
    if (this.#all.length > LIMIT) this.#all.shift()
  }

  /** When the first edition after this one came; undefined: none came. */
  firstAfter(edition: number): Date | undefined {
    return this.#all[this.#all.findLastIndex(one => one.edition <= edition) + 1]?.at
  }
}
