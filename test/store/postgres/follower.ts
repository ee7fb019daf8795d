import { isDeepStrictEqual } from 'node:util'
import type { Position, Store, StoredEntry } from '../../../src/store/store.ts'
import { apply, withoutOrder } from '../reader.ts'

/** Follows the feed of one replica, and compares each state that it comes to with what the database says of then. */
export class Follower {
  readonly #store: Store
  readonly #unsubscribe: () => void
  readonly #seen = new Map<string, StoredEntry>()
  #at: Position = { revision: 0, stamp: '' }
  #isDue = true
  #reading: Promise<void> | undefined
  #told = 0
  /** What was not as it must be. */
  readonly wrong: string[] = []
  /** How many states were compared. */
  compared = 0

  constructor(store: Store) {
    this.#store = store
    this.#unsubscribe = store.subscribe(({ revision }) => {
      if (revision < this.#told) this.wrong.push(`told of ${revision} after ${this.#told}`)
      this.#told = revision
      this.#isDue = true
      this.#follow()
    })
    this.#follow()
  }

  get revision(): number {
    return this.#at.revision
  }

  /** What it has, as texts that can be compared. */
  state(): string[] {
    return withoutOrder(this.#seen.values())
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    await this.#reading
  }

  #follow(): void {
    this.#reading ??= this.#catchUp()
      .catch(error => void this.wrong.push(String(error)))
      .finally(() => {
        this.#reading = undefined
      })
  }

  async #catchUp(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    const before = this.#at
    let isFirst = true
    for await (const batch of this.#store.changes(before)) {
      if (batch.reset && isFirst) this.#seen.clear()
      isFirst = false
      apply(this.#seen, batch)
      this.#at = { revision: batch.revision, stamp: batch.stamp }
    }
    const { revision } = this.#at
    if (revision < before.revision) this.wrong.push(`went from ${before.revision} back to ${revision}`)
    const then = await this.#store.entries({ revision })
    if ('outcome' in then) return
    this.compared += 1
    if (!isDeepStrictEqual(withoutOrder(then), this.state())) this.wrong.push(`differs at ${revision}`)
  }
}
