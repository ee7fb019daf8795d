import { problem } from './problem.ts'

const MAX_WAITING = 8
const RETRY_AFTER = '5'

/**
 * What makes worlds of its own: one of a large fleet takes the processor for seconds. So these are made one after the
 * other, and few may wait.
 */
export class WaitingLine {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** A problem where too many wait already. */
  async inTurn<T>(act: () => Promise<T>): Promise<T | Response> {
    if (this.#waiting >= MAX_WAITING)
      return problem(503, 'too many simulations wait already', [], { 'Retry-After': RETRY_AFTER })
    this.#waiting += 1
    const result = this.#last.then(act)
    this.#last = result
      .catch(() => {})
      .finally(() => {
        this.#waiting -= 1
      })
    return result
  }
}
