import type { IdSet } from '../names/id-set.ts'
import type { Names } from '../names/names.ts'
import type { ChangeLog } from './change-log.ts'
import { Share } from './share.ts'

interface Shared {
  readonly share: Share
  readers: number
}

/**
 * What readers who see the same were shown of a log's names: worked out for the first of them, kept until the log says
 * that it may be another or the last reader leaves.
 */
export class SharedResources {
  readonly #names: Names
  readonly #log: ChangeLog
  readonly #shares = new Map<string, Shared>()

  constructor(names: Names, log: ChangeLog) {
    this.#names = names
    this.#log = log
  }

  /** One more reader of those who see the same. */
  join(key: string): Share {
    let shared = this.#shares.get(key)
    if (shared === undefined) {
      shared = { share: new Share(this.#names), readers: 0 }
      this.#shares.set(key, shared)
      this.#log.attach(shared.share)
    }
    shared.readers += 1
    return shared.share
  }

  /** To be called once for each `join`. */
  leave(key: string): void {
    const shared = this.#shares.get(key)
    if (shared === undefined) return
    shared.readers -= 1
    if (shared.readers > 0) return
    this.#shares.delete(key)
    this.#log.detach(shared.share)
  }

  markNames(inUse: IdSet): void {
    for (const { share } of this.#shares.values()) share.markNames(inUse)
  }
}
