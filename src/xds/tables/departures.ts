interface Departure {
  readonly at: number
  readonly letGo: () => void
}

/**
 * Streams that have ended, whose part in what is kept is let go some time later: a fleet whose connections were cut is back
 * within seconds, and what it saw would be made anew for all.
 */
export class Departures {
  readonly #delay: number
  readonly #afterwards: () => void
  /** Oldest first. */
  readonly #waiting: Departure[] = []

  /** `delay`: in milliseconds; 0: at once. `afterwards`: called once for all that were let go together. */
  constructor(delay: number, afterwards: () => void) {
    this.#delay = delay
    this.#afterwards = afterwards
  }

  add(letGo: () => void): void {
    if (this.#delay === 0) {
      letGo()
      this.#afterwards()
      return
    }
    this.#waiting.push({ at: performance.now(), letGo })
    if (this.#waiting.length === 1) this.#wait(this.#delay)
  }

  #wait(delay: number): void {
    setTimeout(() => this.#letGo(), delay).unref()
  }

  #letGo(): void {
    const until = performance.now() - this.#delay
    const index = this.#waiting.findIndex(one => one.at > until)
    for (const { letGo } of this.#waiting.splice(0, index < 0 ? this.#waiting.length : index)) letGo()
    this.#afterwards()
    const next = this.#waiting[0]
    if (next !== undefined) this.#wait(next.at - until)
  }
}
