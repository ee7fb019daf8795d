/** Versions by the ids of their names. */
interface KnownVersions {
  /** Whether the version of a name is what stands between two places. */
  isAt(id: number, bytes: Uint8Array, from: number, to: number): boolean
}

/** Numbers of one entry. */
const ENTRY = 3

/**
 * What a client says that it has from an earlier stream: a version for each name, as it stands in the request. Thousands
 * of these come with every stream that is opened anew, nearly all of them the newest: so no string is made of any that is
 * only compared.
 */
export class ClaimedVersions {
  static readonly NONE = new ClaimedVersions(new Uint8Array(0))

  readonly #bytes: Uint8Array
  /** For each the id of its name, where its version begins, and where it ends. */
  readonly #entries: number[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#entries.length / ENTRY
  }

  add(id: number, from: number, to: number): void {
    this.#entries.push(id, from, to)
  }

  /** Of which name. */
  id(index: number): number {
    return this.#entries[ENTRY * index] as number
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
    return this.#entries[ENTRY * index + 1] as number
  }

  #to(index: number): number {
    return this.#entries[ENTRY * index + 2] as number
  }
}

/** Whether the bytes between two places are these characters, each of one byte. */
function isAscii(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false
  for (let at = from; at < to; at++) if (text.charCodeAt(at - from) !== bytes[at]) return false
  return true
}
