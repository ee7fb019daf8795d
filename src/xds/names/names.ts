import { randomInt } from 'node:crypto'
import { IdSet } from './id-set.ts'
import { type NameId, STRANGE } from './name-id.ts'
import { NameRange } from './name-range.ts'
import { SaidLists } from './said-lists.ts'
import { wordAt } from './word.ts'

/** Whoever keeps names by their ids. */
export interface NameHolder {
  /** Adds all that it has. */
  markNames(inUse: IdSet): void
}

/** The name that stands for everything, `*`, has it for ever. */
export const WILDCARD_ID: NameId = 0

const NONE: readonly NameId[] = []
const FREE = -1
/** Bits that none of four ASCII characters has. */
const NOT_ASCII = 0x80808080
/** In bytes; what is shorter is read faster than it is looked up. */
const LONG_LIST = 1_024
const SWEEP_FROM = 4_096
const LOOK_FROM = 256

/**
 * The names of all resources as small integers, found by their bytes as they stand in requests: a request that brings
 * thousands makes no string of any. Names that nobody has any more are given up now and then.
 */
export class Names {
  readonly #isKnown: (text: string) => boolean
  readonly #sweepFrom: number
  readonly #dense = new NameRange(0)
  readonly #strange = new NameRange(STRANGE)
  readonly #holders = new Set<WeakRef<NameHolder>>()
  /** Lists are those of resources: the same for every stream. */
  #lists = new WeakMap<readonly string[], readonly NameId[]>()
  readonly #sets = new WeakMap<readonly NameId[], IdSet>()
  readonly #saidLists = new SaidLists()
  /** Whoever makes up names must not know where they will stand, nor which of them stand in one place. */
  readonly #seed = randomInt(2 ** 31)
  readonly #factor = (2 * randomInt(2 ** 31) + 1) | 0
  /** Open addressing: for each slot FREE or an id, and behind it the hash of that name. */
  #slots = emptySlots(1_024)
  #sweepAt: number
  /** With so many holders they are looked through for those that are garbage. */
  #lookAt = LOOK_FROM

  /** `isKnown`: a client's name is one of ours, or may come to be. `sweepFrom`: fewer are never looked through. */
  constructor(isKnown: (text: string) => boolean = () => true, sweepFrom = SWEEP_FROM) {
    this.#isKnown = isKnown
    this.#sweepFrom = sweepFrom
    this.#sweepAt = sweepFrom
    this.idOf('*')
  }

  get size(): number {
    return this.#dense.size + this.#strange.size
  }

  /** That of a name of ours. */
  idOf(text: string): NameId {
    return this.#find(text, true)
  }

  /** That of a name that a client says. */
  idSaid(text: string): NameId {
    return this.#find(text, false)
  }

  /** As `idSaid`, of the UTF-8 between two places. */
  idOfBytes(bytes: Uint8Array, from: number, to: number): NameId {
    const factor = this.#factor
    let hash = this.#seed
    let seen = 0
    let at = from
    for (; at + 4 <= to; at += 4) {
      const word = wordAt(bytes, at)
      seen |= word
      hash = stirred(hash ^ word, factor)
    }
    for (; at < to; at++) {
      seen |= bytes[at] as number
      hash = stirred(hash ^ (bytes[at] as number), factor)
    }
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = (hash << 1) & mask; (seen & NOT_ASCII) === 0; slot = (slot + 2) & mask) {
      const id = slots[slot] as number
      if (id === FREE) break
      if (slots[slot + 1] === hash && this.#rangeOf(id).isAt(id, bytes, from, to)) return id
    }
    return this.idSaid(textOf(bytes, from, to))
  }

  /**
   * The ids that `read` finds between two places; in a long list it is looked once: the Envoys of a gateway all name the
   * same, in one order (Envoy keeps the names that it asks for sorted).
   */
  idsIn(bytes: Uint8Array, from: number, to: number, read: () => readonly NameId[]): readonly NameId[] {
    return to - from < LONG_LIST ? read() : this.#saidLists.of(bytes.subarray(from, to), read)
  }

  /** A list of ids that does not change as a set, which does not change either: of one list there is one. */
  setOf(ids: readonly NameId[]): IdSet {
    const known = this.#sets.get(ids)
    if (known !== undefined) return known
    const set = IdSet.of(ids)
    this.#sets.set(ids, set)
    return set
  }

  /** Those of names of ours; of a list that does not change. */
  idsOf(texts: readonly string[]): readonly NameId[] {
    const known = this.#lists.get(texts)
    if (known !== undefined) return known
    const ids = texts.map(text => this.idOf(text))
    this.#lists.set(texts, ids)
    return ids
  }

  /** As `idsOf`, of what a resource refers to: a cluster refers to the assignment of its own name. */
  referencesOf(id: NameId, texts: readonly string[]): readonly NameId[] {
    if (texts.length === 0) return NONE
    if (texts.length > 1 || texts[0] !== this.textOf(id)) return this.idsOf(texts)
    return [id]
  }

  textOf(id: NameId): string {
    const text = this.#rangeOf(id).text(id)
    if (text === undefined) throw new Error(`no name has the id ${id}`)
    return text
  }

  /** What it has stays; until it is garbage. */
  keepFor(holder: NameHolder): void {
    this.#holders.add(new WeakRef(holder))
    if (this.#holders.size < this.#lookAt) return
    for (const reference of this.#holders)
      if (reference.deref() === undefined) this.#holders.delete(reference)
    this.#lookAt = Math.max(LOOK_FROM, 2 * this.#holders.size)
  }

  /** Where there are twice as many as were in use last, gives up those that no holder has: not while ids are in anybody's hands. */
  sweep(): void {
    if (this.size < this.#sweepAt) return
    const inUse = new IdSet()
    inUse.add(WILDCARD_ID)
    for (const reference of this.#holders) {
      const holder = reference.deref()
      if (holder === undefined) this.#holders.delete(reference)
      else holder.markNames(inUse)
    }
    this.#lists = new WeakMap()
    this.#saidLists.clear()
    this.#dense.keep(inUse)
    this.#strange.keep(inUse)
    this.#rebuild(this.#slots.length / 2)
    this.#sweepAt = Math.max(this.#sweepFrom, 2 * this.size)
  }

  #find(text: string, isOurs: boolean): NameId {
    const hash = this.#hashOf(text)
    const slot = this.#slotOf(text, hash)
    const known = this.#slots[slot] as number
    if (known !== FREE) return known
    return this.#add(isOurs || this.#isKnown(text) ? this.#dense : this.#strange, text, slot, hash)
  }

  #rangeOf(id: NameId): NameRange {
    return id >= STRANGE ? this.#strange : this.#dense
  }

  #add(range: NameRange, text: string, slot: number, hash: number): NameId {
    const id = range.add(text)
    this.#slots[slot] = id
    this.#slots[slot + 1] = hash
    const length = this.#slots.length / 2
    if (2 * this.size > length) this.#rebuild(2 * length)
    return id
  }

  /** Of ASCII the same as of its bytes, four at a time; of other texts each code by itself, for these would overlap. */
  #hashOf(text: string): number {
    const factor = this.#factor
    let hash = this.#seed
    let seen = 0
    let at = 0
    for (; at + 4 <= text.length && seen < 0x80; at += 4) {
      const one = text.charCodeAt(at)
      const two = text.charCodeAt(at + 1)
      const three = text.charCodeAt(at + 2)
      const four = text.charCodeAt(at + 3)
      seen |= one | two | three | four
      hash = stirred(hash ^ (one | (two << 8) | (three << 16) | (four << 24)), factor)
    }
    if (seen >= 0x80) [hash, at] = [this.#seed, 0]
    for (; at < text.length; at++) hash = stirred(hash ^ text.charCodeAt(at), factor)
    return hash
  }

  /** Where it stands, or would. */
  #slotOf(text: string, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = (hash << 1) & mask
    for (let id = this.#slots[slot] as number; id !== FREE; id = this.#slots[slot] as number) {
      if (this.#slots[slot + 1] === hash && this.textOf(id) === text) return slot
      slot = (slot + 2) & mask
    }
    return slot
  }

  #rebuild(length: number): void {
    this.#slots = emptySlots(length)
    for (const range of [this.#dense, this.#strange]) {
      for (const [id, text] of range) {
        const hash = this.#hashOf(text)
        const slot = this.#slotOf(text, hash)
        this.#slots[slot] = id
        this.#slots[slot + 1] = hash
      }
    }
  }
}

function emptySlots(length: number): Int32Array {
  return new Int32Array(2 * length).fill(FREE)
}

/**
 * Twice multiplied: what differs in high bits alone would differ in these alone afterwards, whatever the factor is, and the
 * next word could make up for it. The high bits, which all of the name has come to, are brought down for the place.
 */
function stirred(hash: number, factor: number): number {
  const once = Math.imul(hash, factor)
  const twice = Math.imul(once ^ (once >>> 15), factor)
  return twice ^ (twice >>> 16)
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}
