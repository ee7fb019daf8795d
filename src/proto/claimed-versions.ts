import { isAscii } from './ascii.ts'

/**
 * What a client says that it has from an earlier stream: a version for each name, as it stands in the request. Thousands
 * of these come with every stream that is opened anew, nearly all of them the newest: so no string is made of any that is
 * only compared.
 */
export class ClaimedVersions {
  static readonly NONE = new ClaimedVersions(new Uint8Array(0))

  readonly #bytes: Uint8Array
  /** For each: its name's id, and where the version begins and ends. */
  readonly #entries: number[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#entries.length / 3
  }

  add(id: number, from: number, to: number): void {
    this.#entries.push(id, from, to)
  }

  id(index: number): number {
    return this.#entries[3 * index] as number
  }

  is(index: number, version: string): boolean {
    const { from, to } = this.#place(index)
    return isAscii(version, this.#bytes, from, to)
  }

  version(index: number): string {
    const { from, to } = this.#place(index)
    return Buffer.from(this.#bytes.subarray(from, to)).toString('utf8')
  }

  #place(index: number): { from: number; to: number } {
    return { from: this.#entries[3 * index + 1] as number, to: this.#entries[3 * index + 2] as number }
  }
}
