/** So many at once, and then so many in a second. Times are milliseconds of a clock that never goes back. */
export class Pace {
  readonly #interval: number
  readonly #burst: number
  /** When as much has been allowed as was taken. */
  #paid = 0

  constructor(perSecond: number, burst = perSecond) {
    this.#interval = 1_000 / perSecond
    this.#burst = burst
  }

  /** How long the next one must wait. */
  wait(now: number): number {
    return Math.max(0, this.#paid - (this.#burst - 1) * this.#interval - now)
  }

  take(now: number): void {
    this.#paid = Math.max(this.#paid, now) + this.#interval
  }
}
