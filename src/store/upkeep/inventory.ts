import { createHash, type Hash } from 'node:crypto'
import type { Slices } from './moment.ts'
import { type Rows, TABLES, type Table } from './tables.ts'

/** Counts rows and takes their fingerprint while they pass. */
export class Inventory {
  readonly rows = Object.fromEntries(TABLES.map(table => [table, 0])) as Record<Table, number>
  readonly #hashes = new Map<Table, Hash>(TABLES.map(table => [table, createHash('sha256')]))

  async *noting<T extends Table>(table: T, slices: Slices<Rows[T]>): Slices<Rows[T]> {
    for await (const slice of slices) {
      this.rows[table] += slice.length
      for (const row of slice) this.#hashes.get(table)?.update(JSON.stringify(Object.values(row)))
      yield slice
    }
  }

  /** To be asked for once, when all rows have passed. */
  fingerprint(): string {
    const whole = createHash('sha256')
    for (const [table, hash] of this.#hashes) whole.update(`${table} ${hash.digest('hex')}\n`)
    return whole.digest('hex')
  }
}
