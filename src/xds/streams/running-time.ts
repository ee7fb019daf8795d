/** How often it is looked at, and the longest that counts between two looks, in milliseconds. */
const BEAT = 250
const LONGEST = 1_000

/** What the wall's clock said at a moment of ours. */
interface Anchor {
  readonly now: number
  readonly wall: number
}

const ANCHORS = 100

/**
 * For how long this process has run, in milliseconds. A pause (of the process, or of the whole machine) counts as a moment,
 * and so does a clock that is set: the answers that somebody waits for could not be read meanwhile, and it would be
 * wrong to give them up.
 */
export class RunningTime {
  readonly #clock: () => number
  readonly #wall: () => number
  /** At the beginning and after each pause; the newest last. */
  readonly #anchors: [Anchor, ...Anchor[]]
  readonly #beat: NodeJS.Timeout
  #last: number
  #now = 0

  /** `clock`: milliseconds that never go back; `wall`: those since 1970. */
  constructor(clock: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#clock = clock
    this.#wall = wall
    this.#last = clock()
    this.#anchors = [{ now: 0, wall: wall() }]
    this.#beat = setInterval(() => this.now(), BEAT).unref()
  }

  now(): number {
    const at = this.#clock()
    const passed = at - this.#last
    this.#now += Math.min(passed, LONGEST)
    this.#last = at
    if (passed > LONGEST) {
      this.#anchors.push({ now: this.#now, wall: this.#wall() })
      if (this.#anchors.length > ANCHORS) this.#anchors.shift()
    }
    return this.#now
  }

  /** A moment by the wall's clock; that it was set is not noticed before the next pause. */
  dateOf(moment: number): Date {
    const { now, wall } = this.#anchors.findLast(one => one.now <= moment) ?? this.#anchors[0]
    return new Date(wall + moment - now)
  }

  stop(): void {
    clearInterval(this.#beat)
  }
}
