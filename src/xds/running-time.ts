/** How often it is looked at, and the longest that counts between two looks, in milliseconds. */
const BEAT = 250
const LONGEST = 1_000

/**
 * For how long this process has run, in milliseconds. A pause (of the process, or of the whole machine) counts as a moment,
 * and so does a clock that is set: the answers that somebody waits for could not be read meanwhile, and it would be
 * wrong to give them up.
 */
export class RunningTime {
  readonly #clock: () => number
  readonly #beat: NodeJS.Timeout
  #last: number
  #now = 0

  /** `clock`: milliseconds that never go back. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
    this.#last = clock()
    this.#beat = setInterval(() => this.now(), BEAT).unref()
  }

  now(): number {
    const at = this.#clock()
    this.#now += Math.min(at - this.#last, LONGEST)
    this.#last = at
    return this.#now
  }

  stop(): void {
    clearInterval(this.#beat)
  }
}
