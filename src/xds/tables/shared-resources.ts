import type { Resource } from '../../translate/resource.ts'
import { IdMap } from '../names/id-map.ts'
import type { IdSet } from '../names/id-set.ts'
import type { ChangeLog } from './change-log.ts'

interface Share {
  readonly resources: IdMap<Resource>
  readers: number
}

/**
 * What readers who see the same were shown of a log's names: worked out for the first of them, kept until the log says
 * that it may be another or the last reader leaves. Names without a resource are not kept: clients make up any number.
 */
export class SharedResources {
  readonly #log: ChangeLog
  readonly #shares = new Map<string, Share>()

  constructor(log: ChangeLog) {
    this.#log = log
  }

  /** One more reader of those who see the same. */
  join(key: string): IdMap<Resource> {
    let share = this.#shares.get(key)
    if (share === undefined) {
      share = { resources: new IdMap(), readers: 0 }
      this.#shares.set(key, share)
      this.#log.attach(share.resources)
    }
    share.readers += 1
    return share.resources
  }

  /** To be called once for each `join`. */
  leave(key: string): void {
    const share = this.#shares.get(key)
    if (share === undefined) return
    share.readers -= 1
    if (share.readers > 0) return
    this.#shares.delete(key)
    this.#log.detach(share.resources)
  }

  markNames(inUse: IdSet): void {
    for (const { resources } of this.#shares.values()) for (const id of resources.keys()) inUse.add(id)
  }
}
