/**
 * Names that are to be looked at before the next response. Changes of what the client has go before what it newly
 * asked for, so that they do not wait behind a large first sync.
 */
export class DueNames {
  readonly #changed = new Set<string>()
  readonly #asked = new Set<string>()
  /** Due to be sent although the client may have that version. */
  readonly #forced = new Set<string>()

  get isEmpty(): boolean {
    return this.#changed.size === 0 && this.#asked.size === 0
  }

  has(name: string): boolean {
    return this.#changed.has(name) || this.#asked.has(name)
  }

  isForced(name: string): boolean {
    return this.#forced.has(name)
  }

  change(name: string): void {
    if (!this.#asked.has(name)) this.#changed.add(name)
  }

  ask(name: string): void {
    if (!this.#changed.has(name)) this.#asked.add(name)
  }

  /** A due name is to be sent in any case. */
  force(name: string): void {
    this.#forced.add(name)
  }

  unforce(name: string): void {
    this.#forced.delete(name)
  }

  delete(name: string): void {
    this.#changed.delete(name)
    this.#asked.delete(name)
    this.#forced.delete(name)
  }

  /** In the order in which they should be sent. Names may be deleted on the way. */
  *[Symbol.iterator](): Iterator<string> {
    yield* this.#changed
    yield* this.#asked
  }
}
