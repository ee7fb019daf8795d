import { isAscii } from './ascii.ts'

/**
 * What a client says that it has from an earlier stream: a version for each name, as it stands in the request. Thousands
 * of these come with every stream that is opened anew, nearly all of them the newest: so no string is made of any that is
 * only compared.
 */
export class ClaimedVersions {
  static readonly NONE = new ClaimedVersions(new Uint8Array(0))

  readonly #bytes: Uint8Array
  readonly #ids: number[] = []
  /** Where each version begins, and where it ends. */
  readonly #from: number[] = []
  readonly #to: number[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#ids.length
  }

  add(id: number, from: number, to: number): void {
    this.#ids.push(id)
    this.#from.push(from)
    this.#to.push(to)
  }

  /** Of which name. */
  id(index: number): number {
    return this.#ids[index] as number
  }

  is(index: number, version: string): boolean {
    return isAscii(version, this.#bytes, this.#from[index] as number, this.#to[index] as number)
  }

  version(index: number): string {
    return Buffer.from(this.#bytes.subarray(this.#from[index], this.#to[index])).toString('utf8')
  }
}
