/** How long streams may be served in one turn of the event loop before other work gets its own, in milliseconds. */
const SLICE = 5

/** Serves many streams one after the other without standing in the event loop's way. */
export class FanOut<T> {
  readonly #serve: (one: T) => void
  readonly #waiting = new Set<T>()
  #onIdle: (() => void)[] = []
  /** When this turn's serving must stop; undefined: nothing was served in this turn yet. */
  #until: number | undefined

  constructor(serve: (one: T) => void) {
    this.#serve = serve
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  /** Resolves when nobody waits. */
  idle(): Promise<void> {
    return new Promise(resolve => {
      if (this.isIdle) resolve()
      else this.#onIdle.push(resolve)
    })
  }

  /** Puts these behind those that wait already; what this turn still has time for is served at once. */
  add(all: Iterable<T>): void {
    for (const one of all) this.#waiting.add(one)
    this.#run()
  }

  remove(one: T): void {
    this.#waiting.delete(one)
    this.#tellIdle()
  }

  #run(): void {
    if (this.#until === undefined) {
      this.#until = performance.now() + SLICE
      setImmediate(() => {
        this.#until = undefined
        if (!this.isIdle) this.#run()
      })
    }
    for (const one of this.#waiting) {
      if (performance.now() >= this.#until) return
      this.#waiting.delete(one)
      this.#serve(one)
    }
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (!this.isIdle || this.#onIdle.length === 0) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }
}
