/** How long streams may be served in one turn of the event loop before other work gets its own, in milliseconds. */
const SLICE = 5

/**
 * Serves many streams one after the other without standing in the event loop's way. Those who are to be told much wait
 * until the others have been served, so that no change waits behind the first syncs of a fleet that joins; of them one a
 * turn is served in any case.
 */
export class FanOut<T> {
  readonly #serve: (one: T) => void
  readonly #isLong: (one: T) => boolean
  readonly #waiting = new Set<T>()
  readonly #long = new Set<T>()
  #onIdle: (() => void)[] = []
  /** When this turn's serving must stop; undefined: nothing was served in this turn yet. */
  #until: number | undefined

  /** `isLong`: whether one that waits is to be told much; asked when it is its turn. */
  constructor(serve: (one: T) => void, isLong: (one: T) => boolean = () => false) {
    this.#serve = serve
    this.#isLong = isLong
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#long.size === 0
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
    for (const one of all) if (!this.#long.has(one)) this.#waiting.add(one)
    this.#run()
  }

  remove(one: T): void {
    this.#waiting.delete(one)
    this.#long.delete(one)
    this.#tellIdle()
  }

  #run(): void {
    if (this.#until === undefined) {
      this.#until = performance.now() + SLICE
      setImmediate(() => {
        this.#until = undefined
        if (!this.isIdle) this.#turn()
      })
    }
    for (const one of this.#waiting) {
      if (performance.now() >= this.#until) return
      this.#waiting.delete(one)
      if (this.#isLong(one)) this.#long.add(one)
      else this.#serve(one)
    }
    for (const one of this.#long) {
      if (performance.now() >= this.#until) return
      this.#serveLong(one)
    }
    this.#tellIdle()
  }

  #turn(): void {
    const [oldest] = this.#long
    this.#run()
    if (oldest !== undefined && this.#long.has(oldest)) this.#serveLong(oldest)
    this.#tellIdle()
  }

  #serveLong(one: T): void {
    this.#long.delete(one)
    this.#serve(one)
  }

  #tellIdle(): void {
    if (!this.isIdle || this.#onIdle.length === 0) return
    for (const resolve of this.#onIdle.splice(0)) resolve()
  }
}
