/** How long streams may be served in one go before other work gets its turn, in milliseconds. */
const SLICE = 5

/** Serves many streams one after the other without standing in the event loop's way. */
export class FanOut<T> {
  readonly #serve: (one: T) => void
  readonly #waiting = new Set<T>()
  #scheduled: NodeJS.Immediate | undefined

  constructor(serve: (one: T) => void) {
    this.#serve = serve
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  /** Puts these behind those that wait already; the first slice is served at once. */
  add(all: Iterable<T>): void {
    for (const one of all) this.#waiting.add(one)
    if (!this.#scheduled) this.#run()
  }

  remove(one: T): void {
    this.#waiting.delete(one)
  }

  #run(): void {
    this.#scheduled = undefined
    const start = performance.now()
    for (const one of this.#waiting) {
      this.#waiting.delete(one)
      this.#serve(one)
      if (this.#waiting.size > 0 && performance.now() - start > SLICE) {
        this.#scheduled = setImmediate(() => this.#run())
        return
      }
    }
  }
}
