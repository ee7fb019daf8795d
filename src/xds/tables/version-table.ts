import { type NameId, STRANGE } from '../names/name-id.ts'

/** Characters of a version (`versionOf`), all of them ASCII, and words of four. */
const LENGTH = 24
const WORDS = LENGTH / 4

/**
 * Versions of resources by the ids of their names, close together: clients that come back bring thousands in any order,
 * and each look at a resource and its text would wait for memory three times.
 */
export class VersionTable {
  #words = new Uint32Array(0)

  /** What is of another form, or of a name that clients made up, is not kept. */
  set(id: NameId, version: string): void {
    if (id >= STRANGE || version.length !== LENGTH) return
    if (WORDS * id >= this.#words.length) {
      const grown = new Uint32Array(WORDS * (2 * id + 64))
      grown.set(this.#words)
      this.#words = grown
    }
    const bytes = Buffer.from(version, 'latin1')
    for (let word = 0; word < WORDS; word++) this.#words[WORDS * id + word] = bytes.readUInt32LE(4 * word)
  }

  delete(id: NameId): void {
    if (id < STRANGE && WORDS * id < this.#words.length) this.#words[WORDS * id] = 0
  }

  /** Whether the version of a name stands between two places; false as well where none is kept. */
  isAt(id: NameId, bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from !== LENGTH || id >= STRANGE || WORDS * id >= this.#words.length) return false
    let at = from
    for (let word = WORDS * id; word < WORDS * (id + 1); word++, at += 4) {
      const said =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)
      if (said >>> 0 !== this.#words[word]) return false
    }
    return true
  }
}
