interface Mark {
  readonly edition: number
  /** Number of the last response that was sent when all up to `edition` was sent. */
  readonly response: number
}

/** A client that answers nothing must not fill the memory; with more marks only the newest is moved on. */
const LIMIT = 100

/**
 * Through which edition everything was sent to a client and answered by it. A mark is set whenever nothing is left
 * to send; it is passed when all responses up to it are answered.
 */
export class Progress {
  #settled = 0
  readonly #marks: Mark[] = []

  get settled(): number {
    return this.#settled
  }

  /** All up to `edition` is sent, `response` last; `unanswered` is the oldest response without an answer. */
  sent(edition: number, response: number, unanswered: number): void {
    // A mark behind the same response says no less and is passed at the same moment.
    if (this.#marks.at(-1)?.response === response || this.#marks.length >= LIMIT) this.#marks.pop()
    this.#marks.push({ edition, response })
    this.answered(unanswered)
  }

  answered(unanswered: number): void {
    for (let mark = this.#marks[0]; mark && mark.response < unanswered; mark = this.#marks[0]) {
      this.#settled = mark.edition
      this.#marks.shift()
    }
  }
}
