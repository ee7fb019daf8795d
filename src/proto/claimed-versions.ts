/** Versions by the ids of their names. */
interface KnownVersions {
  /** Whether the version of a name is what stands between two places. */
  isAt(id: number, bytes: Uint8Array, from: number, to: number): boolean
}

/** Numbers of one entry: the id of its name, where its version begins, and where it ends. */
const ENTRY = 3
/** So many are kept room for. */
const USUAL = 16 * 1024

/**
 * Those of the request that was read last: a fleet that comes back brings millions in a second, and lists of its own for
 * each request were most of what V8 had to clear away.
 */
let entries = new Int32Array(ENTRY * USUAL)

/**
 * What a client says that it has from an earlier stream: a version for each name, as it stands in the request. Thousands
 * of these come with every stream that is opened anew, nearly all of them the newest: so no string is made of any that is
 * only compared. To be looked at before the next request is read: then what is said here is gone, as its bytes may be.
 */
export class ClaimedVersions {
  static readonly NONE = new ClaimedVersions(new Uint8Array(0))

  readonly #bytes: Uint8Array
  #size = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    if (entries.length > ENTRY * USUAL) entries = new Int32Array(ENTRY * USUAL)
  }

  get size(): number {
    return this.#size
  }

  add(id: number, from: number, to: number): void {
    const at = ENTRY * this.#size
    if (at === entries.length) {
      const grown = new Int32Array(2 * at)
      grown.set(entries)
      entries = grown
    }
    entries[at] = id
    entries[at + 1] = from
    entries[at + 2] = to
    this.#size += 1
  }

  /** Of which name. */
  id(index: number): number {
    return entries[ENTRY * index] as number
  }

  is(index: number, version: string): boolean {
    return isAscii(version, this.#bytes, this.#from(index), this.#to(index))
  }

  /** Whether it is the version that stands there for its name. */
  isIn(versions: KnownVersions, index: number): boolean {
    return versions.isAt(this.id(index), this.#bytes, this.#from(index), this.#to(index))
  }

  version(index: number): string {
    return Buffer.from(this.#bytes.subarray(this.#from(index), this.#to(index))).toString('utf8')
  }

  #from(index: number): number {
    return entries[ENTRY * index + 1] as number
  }

  #to(index: number): number {
    return entries[ENTRY * index + 2] as number
  }
}

/** Whether the bytes between two places are these characters, each of one byte. */
function isAscii(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false
  for (let at = from; at < to; at++) if (text.charCodeAt(at - from) !== bytes[at]) return false
  return true
}
