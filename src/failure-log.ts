import type { Logger } from 'pino'

/** In milliseconds, between two lines of one failure that comes again and again. */
const INTERVAL = 10_000

/** Tells of what fails again and again: the first time, and from then on now and then, with how often it was meanwhile. */
export class FailureLog {
  readonly #log: Logger
  readonly #message: string
  #saidAt = Number.NEGATIVE_INFINITY
  #unsaid = 0

  constructor(log: Logger, message: string) {
    this.#log = log
    this.#message = message
  }

  warn(fields: object): void {
    const now = performance.now()
    if (now - this.#saidAt < INTERVAL) {
      this.#unsaid += 1
      return
    }
    this.#log.warn(this.#unsaid === 0 ? fields : { ...fields, unsaid: this.#unsaid }, this.#message)
    this.#saidAt = now
    this.#unsaid = 0
  }
}
