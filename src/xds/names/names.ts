import { randomInt } from 'node:crypto'
import { isAscii } from '../../proto/ascii.ts'
import { IdSet } from './id-set.ts'
import { type NameId, STRANGE } from './name-id.ts'

/** Whoever keeps names by their ids. */
export interface NameHolder {
  /** Adds all that it has. */
  markNames(inUse: IdSet): void
}

/** The name that stands for everything, `*`, has it for ever. */
export const WILDCARD_ID: NameId = 0

const FREE = -1
/** Fewer names than this are never looked through for those that nobody has any more. */
const SWEEP_FROM = 4_096

/** Ids, the lowest that is free first. */
class Range {
  readonly #first: NameId
  readonly texts: (string | undefined)[] = []
  #free: number[] = []

  constructor(first: NameId) {
    this.#first = first
  }

  get size(): number {
    return this.texts.length - this.#free.length
  }

  add(text: string): NameId {
    const index = this.#free.pop() ?? this.texts.length
    this.texts[index] = text
    return this.#first + index
  }

  keep(inUse: IdSet): void {
    this.#free = []
    for (let index = this.texts.length - 1; index >= 0; index--) {
      if (inUse.has(this.#first + index)) continue
      this.texts[index] = undefined
      this.#free.push(index)
    }
  }

  *[Symbol.iterator](): Generator<[NameId, string]> {
    for (const [index, text] of this.texts.entries())
      if (text !== undefined) yield [this.#first + index, text]
  }
}

/**
 * The names of all resources as small integers, found by their bytes as they stand in requests: a request that brings
 * thousands makes no string of any. Names that nobody has any more are given up now and then.
 */
export class Names {
  readonly #isKnown: (text: string) => boolean
  readonly #dense = new Range(0)
  readonly #strange = new Range(STRANGE)
  readonly #holders = new Set<WeakRef<NameHolder>>()
  /** Lists are those of resources: the same for every stream. */
  #lists = new WeakMap<readonly string[], readonly NameId[]>()
  /** Whoever makes up names must not know where they will stand. */
  readonly #seed = randomInt(2 ** 31)
  /** Open addressing; FREE or an id. */
  #slots = new Int32Array(1_024).fill(FREE)
  #sweepAt = SWEEP_FROM

  /** `isKnown`: a client's name is one of ours, or may come to be. */
  constructor(isKnown: (text: string) => boolean = () => true) {
    this.#isKnown = isKnown
    this.idOf('*')
  }

  get size(): number {
    return this.#dense.size + this.#strange.size
  }

  /** That of a name of ours. */
  idOf(text: string): NameId {
    const slot = this.#slotOf(text)
    const known = this.#slots[slot] as number
    return known === FREE ? this.#add(this.#dense, text, slot) : known
  }

  /** That of a name that a client says. */
  idSaid(text: string): NameId {
    const slot = this.#slotOf(text)
    const known = this.#slots[slot] as number
    if (known !== FREE) return known
    return this.#add(this.#isKnown(text) ? this.#dense : this.#strange, text, slot)
  }

  /** As `idSaid`, of the UTF-8 between two places. */
  idOfBytes(bytes: Uint8Array, from: number, to: number): NameId {
    let hash = this.#seed
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number
      if (byte > 0x7f) return this.idSaid(textOf(bytes, from, to))
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] as number
      if (id === FREE) return this.idSaid(textOf(bytes, from, to))
      if (isAscii(this.textOf(id), bytes, from, to)) return id
    }
  }

  /** Those of names of ours; of a list that does not change. */
  idsOf(texts: readonly string[]): readonly NameId[] {
    const known = this.#lists.get(texts)
    if (known !== undefined) return known
    const ids = texts.map(text => this.idOf(text))
    this.#lists.set(texts, ids)
    return ids
  }

  textOf(id: NameId): string {
    const text = id >= STRANGE ? this.#strange.texts[id - STRANGE] : this.#dense.texts[id]
    if (text === undefined) throw new Error(`no name has the id ${id}`)
    return text
  }

  /** What it has stays; until it is garbage. */
  keepFor(holder: NameHolder): void {
    this.#holders.add(new WeakRef(holder))
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
    this.#dense.keep(inUse)
    this.#strange.keep(inUse)
    this.#rebuild(this.#slots.length)
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * this.size)
  }

  #add(range: Range, text: string, slot: number): NameId {
    const id = range.add(text)
    this.#slots[slot] = id
    if (2 * this.size > this.#slots.length) this.#rebuild(2 * this.#slots.length)
    return id
  }

  /** Where it stands, or would. */
  #slotOf(text: string): number {
    let hash = this.#seed
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    const mask = this.#slots.length - 1
    let slot = spread(hash) & mask
    for (let id = this.#slots[slot] as number; id !== FREE; id = this.#slots[slot] as number) {
      if (this.textOf(id) === text) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #rebuild(length: number): void {
    this.#slots = new Int32Array(length).fill(FREE)
    for (const range of [this.#dense, this.#strange])
      for (const [id, text] of range) this.#slots[this.#slotOf(text)] = id
  }
}

/** The low bits of FNV-1a say little of the last bytes, in which names differ. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15)
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}
