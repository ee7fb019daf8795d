import type { NameId } from './name-id.ts'

/** Bytes of lists that are kept at most: a list of a hundred thousand names, or those of many gateways. */
const LIMIT = 4 * 1024 * 1024
/** Of its last bytes so many tell one list from most others. */
const END = 32

interface SaidList {
  readonly bytes: Buffer
  readonly ids: readonly NameId[]
}

/** Lists of names as they stand in requests, with the ids that were found in them: equal bytes name the same. */
export class SaidLists {
  /** By length and last bytes; those that were said last come last. */
  readonly #lists = new Map<string, SaidList>()
  #size = 0

  of(bytes: Uint8Array, read: () => readonly NameId[]): readonly NameId[] {
    const end = Buffer.from(bytes.buffer, bytes.byteOffset + bytes.length - END, END)
    const key = `${bytes.length} ${end.toString('latin1')}`
    const known = this.#lists.get(key)
    const list = known?.bytes.equals(bytes) ? known : { bytes: Buffer.from(bytes), ids: read() }
    this.#drop(key)
    this.#lists.set(key, list)
    this.#size += bytes.length
    for (const oldest of this.#lists.keys()) {
      if (this.#size <= LIMIT) break
      this.#drop(oldest)
    }
    return list.ids
  }

  clear(): void {
    this.#lists.clear()
    this.#size = 0
  }

  #drop(key: string): void {
    this.#size -= this.#lists.get(key)?.bytes.length ?? 0
    this.#lists.delete(key)
  }
}
