import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'

/**
 * Names that are to be looked at before the next response. Changes of what the client has go before what it newly
 * asked for, so that they do not wait behind a large first sync.
 */
export class DueNames {
  /** In the order in which they changed. */
  readonly #changed = new Set<NameId>()
  readonly #asked = new IdSet()
  /** Due to be sent although the client may have that version. */
  readonly #forced = new IdSet()

  get isEmpty(): boolean {
    return this.#changed.size === 0 && this.#asked.size === 0
  }

  has(name: NameId): boolean {
    return this.#changed.has(name) || this.#asked.has(name)
  }

  isForced(name: NameId): boolean {
    return this.#forced.has(name)
  }

  change(name: NameId): void {
    if (!this.#asked.has(name)) this.#changed.add(name)
  }

  ask(name: NameId): void {
    if (!this.#changed.has(name)) this.#asked.add(name)
  }

  askAll(ids: IdSet): void {
    if (this.#changed.size === 0) this.#asked.addAll(ids)
    else for (const id of ids) this.ask(id)
  }

  /** A due name is to be sent in any case. */
  force(name: NameId): void {
    this.#forced.add(name)
  }

  unforce(name: NameId): void {
    this.#forced.delete(name)
  }

  delete(name: NameId): void {
    if (!this.#asked.delete(name)) this.#changed.delete(name)
    this.#forced.delete(name)
  }

  /** In the order in which they should be sent. Names may be deleted on the way. */
  *[Symbol.iterator](): Iterator<NameId> {
    yield* this.#changed
    yield* this.#asked
  }
}
