import type { IdSet } from '../names/id-set.ts'
import type { Names } from '../names/names.ts'
import type { ChangeLog } from './change-log.ts'
import { Share } from './share.ts'

/**
 * What readers who see the same were shown of a log's names: worked out for the first of them, kept until the log says
 * that it may be another or the last reader leaves.
 */
export class SharedResources {
  readonly #names: Names
  readonly #log: ChangeLog
  readonly #shares = new Map<string, Share>()

  constructor(names: Names, log: ChangeLog) {
    this.#names = names
    this.#log = log
  }

  /** One more reader of those who see the same. */
  join(key: string): Share {
    let share = this.#shares.get(key)
    if (share === undefined) {
      share = new Share(this.#names)
      this.#shares.set(key, share)
      this.#log.attach(share)
    }
    share.readers += 1
    return share
  }

  /** To be called once for each `join`. */
  leave(key: string): void {
    const share = this.#shares.get(key)
    if (share === undefined) return
    share.readers -= 1
    if (share.readers > 0) return
    this.#shares.delete(key)
    this.#log.detach(share)
  }

  markNames(inUse: IdSet): void {
    for (const share of this.#shares.values()) share.markNames(inUse)
  }
}
