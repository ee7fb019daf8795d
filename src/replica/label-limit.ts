/** Of values beside those that are told apart. */
const OTHER = 'other'

/** Longer ones are nobody's zone. */
const LONGEST = 128

/**
 * Values of a label that clients choose: the first so many are told apart, for each is a series for as long as this
 * process lives.
 */
export class LabelLimit {
  readonly #limit: number
  readonly #known = new Set<string>()

  constructor(limit: number) {
    this.#limit = limit
  }

  of(value: string): string {
    if (value === '') return 'unknown'
    if (this.#known.has(value)) return value
    if (value.length > LONGEST || this.#known.size >= this.#limit) return OTHER
    this.#known.add(value)
    return value
  }
}
