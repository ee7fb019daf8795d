/** Reports that come faster than that many in a window are a client's own idea: the last ones count. */
const MOST_REPORTS = 100

/** Less time says nothing about a second, in milliseconds. */
const SHORTEST = 1_000

/**
 * How many requests one proxy sends, over so many of its last reports as cover a window of time. What counts is the time
 * that has passed here between them: nothing of it is the proxy's own word. Times are milliseconds of a clock that never
 * goes back.
 */
export class RequestRate {
  readonly #window: number
  readonly #reports: { readonly requests: number; readonly duration: number }[] = []
  #reportedAt: number

  /** `now`: from then on its requests are counted. */
  constructor(window: number, now: number) {
    this.#window = window
    this.#reportedAt = now
  }

  /** So many requests since the last report. */
  report(requests: number, now: number): void {
    this.#reports.push({ requests, duration: now - this.#reportedAt })
    this.#reportedAt = now
    let covered = 0
    const first = this.#reports.findLastIndex(({ duration }) => {
      covered += duration
      return covered >= this.#window
    })
    this.#reports.splice(0, Math.max(first, this.#reports.length - MOST_REPORTS))
  }

  get perSecond(): number {
    const requests = this.#reports.reduce((sum, one) => sum + one.requests, 0)
    const duration = this.#reports.reduce((sum, one) => sum + one.duration, 0)
    return (requests / Math.max(duration, SHORTEST)) * 1_000
  }
}
