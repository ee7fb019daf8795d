/** Of very many only the first are kept, and all are counted. */
const MOST_KEPT = 100

/** What is wrong with a database, in words. */
export class Problems {
  readonly #kept: string[] = []
  #count = 0

  add(...problems: readonly string[]): void {
    this.#count += problems.length
    this.#kept.push(...problems.slice(0, MOST_KEPT - this.#kept.length))
  }

  get kept(): readonly string[] {
    return this.#kept
  }

  get count(): number {
    return this.#count
  }
}
