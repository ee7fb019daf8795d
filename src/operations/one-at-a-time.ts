/** Runs what takes much memory one after the other, in the order in which it was asked for. */
export class OneAtATime {
  #last: Promise<void> = Promise.resolve()

  run<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act)
    // Nothing of a result is kept for the sake of what waits behind it.
    this.#last = result.then(
      () => {},
      () => {},
    )
    return result
  }
}
