import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'

interface Change {
  readonly position: number
  readonly name: NameId
}

/** What was worked out for names, and may be another when they change. */
interface Cache {
  delete(name: NameId): void
}

/** Below this length holes are not worth a compaction. */
const COMPACT_FROM = 64

/**
 * Names in the order of their last change. Each name stands once; positions grow by one with each change and are
 * never used again, so a reader that remembers the last position it has seen misses nothing and reads no history.
 */
export class ChangeLog {
  #position = 0
  /** Sorted by position. A name that changed again leaves a hole behind, until compaction. */
  #changes: (Change | undefined)[] = []
  readonly #indexes = new Map<NameId, number>()
  readonly #caches = new Set<Cache>()

  get position(): number {
    return this.#position
  }

  /** How many names are in it. */
  get size(): number {
    return this.#indexes.size
  }

  record(name: NameId): void {
    for (const cache of this.#caches) cache.delete(name)
    const before = this.#indexes.get(name)
    if (before !== undefined) this.#changes[before] = undefined
    this.#position += 1
    this.#indexes.set(name, this.#changes.length)
    this.#changes.push({ position: this.#position, name })
    if (this.#changes.length > COMPACT_FROM && this.#changes.length > 2 * this.#indexes.size) this.#compact()
  }

  /** From now on what changes is deleted there. */
  attach(cache: Cache): void {
    this.#caches.add(cache)
  }

  detach(cache: Cache): void {
    this.#caches.delete(cache)
  }

  markNames(inUse: IdSet): void {
    for (const name of this.#indexes.keys()) inUse.add(name)
  }

  /** Drops what every reader has seen: all of it. Positions go on. */
  clear(): void {
    this.#changes = []
    this.#indexes.clear()
  }

  /** Names whose last change came after `cursor`, oldest first. */
  *since(cursor: number): Iterable<NameId> {
    if (cursor >= this.#position) return
    for (let index = this.#firstAfter(cursor); index < this.#changes.length; index++) {
      const change = this.#changes[index]
      if (change && change.position > cursor) yield change.name
    }
  }

  /** An index at or before the first change after `cursor`, with nothing but holes between the two. */
  #firstAfter(cursor: number): number {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      let probe = middle
      while (probe < high && this.#changes[probe] === undefined) probe++
      const change = this.#changes[probe]
      if (probe === high || change === undefined || change.position > cursor) high = middle
      else low = probe + 1
    }
    return low
  }

  #compact(): void {
    this.#changes = this.#changes.filter(change => change !== undefined)
    this.#changes.forEach((change, index) => {
      if (change) this.#indexes.set(change.name, index)
    })
  }
}
