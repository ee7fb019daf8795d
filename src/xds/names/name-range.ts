import type { NameId } from './name-id.ts'
import { wordAt } from './word.ts'

/** Ids from a first one on, the lowest that is free first, with the names that have them. */
export class NameRange {
  readonly #first: NameId
  readonly #texts: (string | undefined)[] = []
  #free: number[] = []
  /** All names behind one another, as UTF-8: compared in a fraction of the time of strings, which lie all over the memory. */
  #bytes = Buffer.alloc(0)
  #length = 0
  /** Where each begins in these, and where it ends. */
  #places = new Int32Array(0)

  constructor(first: NameId) {
    this.#first = first
  }

  get size(): number {
    return this.#texts.length - this.#free.length
  }

  add(text: string): NameId {
    const index = this.#free.pop() ?? this.#texts.length
    this.#texts[index] = text
    this.#write(index, text)
    return this.#first + index
  }

  text(id: NameId): string | undefined {
    return this.#texts[id - this.#first]
  }

  /** Whether its name is the UTF-8 that stands between two places. */
  isAt(id: NameId, bytes: Uint8Array, from: number, to: number): boolean {
    const index = id - this.#first
    const own = this.#bytes
    let at = this.#places[2 * index] as number
    if ((this.#places[2 * index + 1] as number) - at !== to - from) return false
    let other = from
    for (; other + 4 <= to; other += 4, at += 4) if (wordAt(own, at) !== wordAt(bytes, other)) return false
    for (; other < to; other++, at++) if (own[at] !== bytes[other]) return false
    return true
  }

  /** Gives up the others. */
  keep(inUse: { has(id: NameId): boolean }): void {
    this.#free = []
    this.#bytes = Buffer.alloc(0)
    this.#length = 0
    for (let index = this.#texts.length - 1; index >= 0; index--) {
      const text = this.#texts[index]
      if (text !== undefined && inUse.has(this.#first + index)) {
        this.#write(index, text)
        continue
      }
      this.#texts[index] = undefined
      this.#free.push(index)
    }
  }

  *[Symbol.iterator](): Generator<[NameId, string]> {
    for (const [index, text] of this.#texts.entries())
      if (text !== undefined) yield [this.#first + index, text]
  }

  #write(index: number, text: string): void {
    const end = this.#length + Buffer.byteLength(text)
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(2 * end, 1_024))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    if (2 * index >= this.#places.length) {
      const grown = new Int32Array(Math.max(4 * index, 64))
      grown.set(this.#places)
      this.#places = grown
    }
    this.#bytes.write(text, this.#length)
    this.#places[2 * index] = this.#length
    this.#places[2 * index + 1] = end
    this.#length = end
  }
}
