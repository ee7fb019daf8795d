import { RecentPeak } from './recent-peak.ts'

/**
 * The highest value that something kept up for `hold` within a window of time. Times are milliseconds of a clock that
 * never goes back.
 */
export class LastingPeak {
  /** Of the values below zero, so that their highest is the lowest of the time. */
  readonly #lowest: RecentPeak
  readonly #highest: RecentPeak

  constructor(hold: number, window: number) {
    this.#lowest = new RecentPeak(hold)
    this.#highest = new RecentPeak(window)
  }

  set(value: number, now: number): void {
    this.#pass(now)
    this.#lowest.set(-value, now)
    this.#pass(now)
  }

  at(now: number): number {
    this.#pass(now)
    return this.#highest.at(now)
  }

  /** When `at` may be another than it is now, if nothing else happens. */
  changesAfter(now: number): number | undefined {
    this.#pass(now)
    const times = [this.#lowest.fallsAfter(now), this.#highest.fallsAfter(now)]
    const next = Math.min(...times.map(time => time ?? Number.POSITIVE_INFINITY))
    return Number.isFinite(next) ? next : undefined
  }

  #pass(now: number): void {
    const lasting = -this.#lowest.at(now)
    if (lasting !== this.#highest.value) this.#highest.set(lasting, now)
  }
}
