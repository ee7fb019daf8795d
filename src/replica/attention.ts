/** What two clocks say, in milliseconds: that of the machine, and one that only ever runs on at its pace. */
export interface Clocks {
  readonly wall: number
  readonly steady: number
}

export function clocks(): Clocks {
  return { wall: Date.now(), steady: performance.now() }
}

/** Setting a clock by less is of no matter. */
const TOLERANCE = 1_000

/**
 * Since when this process listens without a break, by the machine's clock. It did not while the machine slept; a clock
 * that was set forward looks the same, and must not make everybody look silent either.
 */
export class Attention {
  #since: number
  #last: Clocks

  constructor(now: Clocks) {
    this.#since = now.wall
    this.#last = now
  }

  /** As of now; breaks are found when it is asked. */
  since(now: Clocks): number {
    const leap = now.wall - this.#last.wall - (now.steady - this.#last.steady)
    if (Math.abs(leap) > TOLERANCE) this.#since = now.wall
    this.#last = now
    return this.#since
  }

  /** Nothing could be heard until now. */
  restart(now: Clocks): void {
    this.#since = now.wall
    this.#last = now
  }
}
