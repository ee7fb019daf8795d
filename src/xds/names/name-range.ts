import { isAscii } from '../../proto/ascii.ts'
import type { NameId } from './name-id.ts'

/** Ids from a first one on, the lowest that is free first, with the names that have them. */
export class NameRange {
  readonly #first: NameId
  readonly #texts: (string | undefined)[] = []
  #free: number[] = []
  /** All names behind one another, where all are of one byte a character: compared in half the time of strings. */
  #bytes = Buffer.alloc(0)
  #length = 0
  /** Where each begins; NOWHERE where it has other characters. */
  readonly #starts: number[] = []

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

  /** Whether its name is what stands between two places. */
  isAt(id: NameId, bytes: Uint8Array, from: number, to: number): boolean {
    const index = id - this.#first
    const own = this.#bytes
    let at = this.#starts[index] as number
    if ((this.#texts[index] as string).length !== to - from || at === NOWHERE) return false
    for (let other = from; other < to; other++, at++) if (own[at] !== bytes[other]) return false
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
    const end = this.#length + text.length
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(2 * end, 1_024))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.write(text, this.#length, 'latin1')
    const isPlain = isAscii(text, this.#bytes, this.#length, end)
    this.#starts[index] = isPlain ? this.#length : NOWHERE
    if (isPlain) this.#length = end
  }
}

const NOWHERE = -1
