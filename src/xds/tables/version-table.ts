import { type NameId, STRANGE } from '../names/name-id.ts'
import { wordAt } from '../names/word.ts'

/** Characters of a version (`versionOf`), all of them ASCII, and words of four. */
const LENGTH = 24
const WORDS = LENGTH / 4

/** Names of one page: who sees a few of many names has a few pages. */
const PAGE_BITS = 6
const PAGE = 1 << PAGE_BITS

/**
 * Versions of resources by the ids of their names, close together: clients that come back bring thousands in any order,
 * and each look at a resource and its text would wait for memory three times.
 */
export class VersionTable {
  readonly #pages: (Int32Array | undefined)[] = []

  /** What is of another form, or of a name that clients made up, is not kept. */
  set(id: NameId, version: string): void {
    if (id >= STRANGE || version.length !== LENGTH) return
    const page = this.#page(id >> PAGE_BITS)
    const bytes = Buffer.from(version, 'latin1')
    const from = WORDS * (id & (PAGE - 1))
    for (let word = 0; word < WORDS; word++) page[from + word] = wordAt(bytes, 4 * word)
  }

  delete(id: NameId): void {
    const page = id < STRANGE ? this.#pages[id >> PAGE_BITS] : undefined
    if (page !== undefined) page[WORDS * (id & (PAGE - 1))] = 0
  }

  /** Whether the version of a name stands between two places; false as well where none is kept. */
  isAt(id: NameId, bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from !== LENGTH || id >= STRANGE) return false
    const page = this.#pages[id >> PAGE_BITS]
    const first = WORDS * (id & (PAGE - 1))
    // No version begins with it: nothing was kept, or it was deleted.
    if (page === undefined || page[first] === 0) return false
    let at = from
    for (let word = first; word < first + WORDS; word++, at += 4) {
      if (wordAt(bytes, at) !== page[word]) return false
    }
    return true
  }

  #page(number: number): Int32Array {
    while (this.#pages.length <= number) this.#pages.push(undefined)
    const known = this.#pages[number]
    if (known !== undefined) return known
    const page = new Int32Array(WORDS * PAGE)
    this.#pages[number] = page
    return page
  }
}
