import { type NameId, STRANGE } from './name-id.ts'

const NO_WORDS = new Uint32Array(0)

/** Names as bits: a thousand of them are 128 bytes, and looking one up is a shift and a mask. */
export class IdSet {
  #words: Uint32Array = NO_WORDS
  #strange: Set<NameId> | undefined
  #size = 0

  /** Empty, with room for what the other has. */
  static like(other: IdSet): IdSet {
    const set = new IdSet()
    set.#words = new Uint32Array(other.#words.length)
    return set
  }

  static of(ids: Iterable<NameId>): IdSet {
    const set = new IdSet()
    for (const id of ids) set.add(id)
    return set
  }

  get size(): number {
    return this.#size
  }

  has(id: NameId): boolean {
    if (id >= STRANGE) return this.#strange?.has(id) === true
    const word = id >>> 5
    return word < this.#words.length && ((this.#words[word] as number) & (1 << (id & 31))) !== 0
  }

  add(id: NameId): void {
    if (this.has(id)) return
    this.#size += 1
    if (id >= STRANGE) {
      this.#strange ??= new Set()
      this.#strange.add(id)
      return
    }
    const word = id >>> 5
    if (word >= this.#words.length) this.#grow(word + 1)
    this.#words[word] = (this.#words[word] as number) | (1 << (id & 31))
  }

  addAll(others: IdSet): void {
    if (others.#words.length > this.#words.length) this.#grow(others.#words.length)
    let size = 0
    for (let word = 0; word < this.#words.length; word++) {
      const bits = (this.#words[word] as number) | (others.#words[word] ?? 0)
      this.#words[word] = bits
      size += countOf(bits)
    }
    this.#size = size + (this.#strange?.size ?? 0)
    for (const id of others.#strange ?? []) this.add(id)
  }

  /** Returns whether it was there. The last one gone, the memory is given back. */
  delete(id: NameId): boolean {
    if (!this.has(id)) return false
    this.#size -= 1
    if (this.#size === 0) this.clear()
    else if (id >= STRANGE) this.#strange?.delete(id)
    else this.#words[id >>> 5] = (this.#words[id >>> 5] as number) & ~(1 << (id & 31))
    return true
  }

  deleteAll(others: IdSet): void {
    if (this.#size === 0 || others.#size === 0) return
    let size = 0
    for (let word = 0; word < this.#words.length; word++) {
      const bits = (this.#words[word] as number) & ~(others.#words[word] ?? 0)
      this.#words[word] = bits
      size += countOf(bits)
    }
    for (const id of others.#strange ?? []) this.#strange?.delete(id)
    this.#size = size + (this.#strange?.size ?? 0)
    if (this.#size === 0) this.clear()
  }

  clear(): void {
    this.#words = NO_WORDS
    this.#strange = undefined
    this.#size = 0
  }

  /** Any from the one on, and below the other; both are multiples of 32. */
  hasBetween(from: NameId, to: NameId): boolean {
    const end = Math.min(to >>> 5, this.#words.length)
    for (let word = from >>> 5; word < end; word++) if (this.#words[word] !== 0) return true
    return false
  }

  hasAny(others: IdSet): boolean {
    const words = Math.min(this.#words.length, others.#words.length)
    for (let word = 0; word < words; word++)
      if (((this.#words[word] as number) & (others.#words[word] as number)) !== 0) return true
    for (const id of this.#strange ?? []) if (others.has(id)) return true
    return false
  }

  equals(others: IdSet): boolean {
    if (this.#size !== others.#size) return false
    const words = Math.max(this.#words.length, others.#words.length)
    for (let word = 0; word < words; word++)
      if ((this.#words[word] ?? 0) !== (others.#words[word] ?? 0)) return false
    for (const id of this.#strange ?? []) if (!others.has(id)) return false
    return true
  }

  /** Lowest first. Names may be deleted on the way; one that is added does not come. */
  *[Symbol.iterator](): Generator<NameId> {
    for (const id of this.list()) if (this.has(id)) yield id
  }

  /** As they are now, lowest first. */
  list(): NameId[] {
    const ids: NameId[] = []
    for (let word = 0; word < this.#words.length; word++)
      for (let bits = this.#words[word] as number; bits !== 0; bits &= bits - 1)
        ids.push(word * 32 + (31 - Math.clz32(bits & -bits)))
    for (const id of this.#strange ?? []) ids.push(id)
    return ids
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.max(words, Math.min(2 * this.#words.length, words + 64)))
    grown.set(this.#words)
    this.#words = grown
  }
}

/** How many bits are set. */
function countOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
