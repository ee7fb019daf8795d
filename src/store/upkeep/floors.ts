import type { StoredPart } from '../../model/entry.ts'
import type { Rows } from './tables.ts'

/** Up to which revision retention may have taken rows: 0 where it took none. */
export class Floors {
  readonly #ofParts: ReadonlyMap<string, number>
  readonly highest: number

  constructor(rows: readonly Rows['floor'][]) {
    this.#ofParts = new Map(rows.map(({ source, part, revision }) => [`${source}/${part}`, revision]))
    this.highest = Math.max(0, ...this.#ofParts.values())
  }

  of(source: string, part: StoredPart): number {
    return this.#ofParts.get(`${source}/${part}`) ?? 0
  }

  /** Of all parts that a revision may have changed. */
  ofRevision({ source, part }: Pick<Rows['revision'], 'source' | 'part'>): number {
    if (part === 'control') return this.of('', part)
    if (source === null) return this.highest
    if (part === 'both') return Math.max(this.of(source, 'topology'), this.of(source, 'routes'))
    return this.of(source, part)
  }
}
