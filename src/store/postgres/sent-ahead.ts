/** Runs a statement whose answer says nothing but that it is done; who resolves it says whether that was waited for. */
export type Send = (statement: PromiseLike<unknown>) => Promise<void>

export const sendAndWait: Send = async statement => {
  await statement
}

/**
 * The statements of a transaction that are sent one behind the other without waiting for answers, the commit too: what
 * holds the row of the head should hold it for one way there and back, not for eight.
 */
export class SentAhead {
  readonly #statements: PromiseLike<unknown>[] = []

  readonly send: Send = async statement => {
    this.#statements.push(statement)
    // It is sent when somebody wants its answer; a failure is told by `allDone`.
    statement.then(undefined, () => {})
  }

  /** Rejects as the first of them that failed: what came behind it only says that something did. */
  async allDone(): Promise<void> {
    for (const statement of this.#statements) await statement
  }
}
