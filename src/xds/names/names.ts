import { randomInt } from 'node:crypto'
import { IdSet } from './id-set.ts'
import { type NameId, STRANGE } from './name-id.ts'
import { NameRange } from './name-range.ts'

/** Whoever keeps names by their ids. */
export interface NameHolder {
  /** Adds all that it has. */
  markNames(inUse: IdSet): void
}

/** The name that stands for everything, `*`, has it for ever. */
export const WILDCARD_ID: NameId = 0

const NONE: readonly NameId[] = []
const FREE = -1
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
  /** Whoever makes up names must not know where they will stand. */
  readonly #seed = randomInt(2 ** 31)
  /** Open addressing; FREE or an id. */
  #slots = new Int32Array(1_024).fill(FREE)
  /** Of what stands there. */
  #hashes = new Int32Array(1_024)
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
    let hash = this.#seed
    let seen = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number
      seen |= byte
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    const slots = this.#slots
    const hashes = this.#hashes
    hash = spread(hash)
    for (let slot = hash & (slots.length - 1); seen < 0x80; slot = (slot + 1) & (slots.length - 1)) {
      const id = slots[slot] as number
      if (id === FREE) break
      if (hashes[slot] === hash && this.#rangeOf(id).isAt(id, bytes, from, to)) return id
    }
    return this.idSaid(textOf(bytes, from, to))
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
    this.#dense.keep(inUse)
    this.#strange.keep(inUse)
    this.#rebuild(this.#slots.length)
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
    this.#hashes[slot] = hash
    if (2 * this.size > this.#slots.length) this.#rebuild(2 * this.#slots.length)
    return id
  }

  #hashOf(text: string): number {
    let hash = this.#seed
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    return spread(hash)
  }

  /** Where it stands, or would. */
  #slotOf(text: string, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let id = this.#slots[slot] as number; id !== FREE; id = this.#slots[slot] as number) {
      if (this.#hashes[slot] === hash && this.textOf(id) === text) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #rebuild(length: number): void {
    this.#slots = new Int32Array(length).fill(FREE)
    this.#hashes = new Int32Array(length)
    for (const range of [this.#dense, this.#strange]) {
      for (const [id, text] of range) {
        const hash = this.#hashOf(text)
        const slot = this.#slotOf(text, hash)
        this.#slots[slot] = id
        this.#hashes[slot] = hash
      }
    }
  }
}

/** The low bits of FNV-1a say little of the last bytes, in which names differ. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15)
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}
