import { setImmediate as othersFirst } from 'node:timers/promises'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import type { TrafficDatabase, TrafficRows } from '../traffic/rows.ts'
import type { TrafficQuery, TrafficSums } from '../traffic/traffic.ts'
import { inTransaction } from './database.ts'
import { openTrafficFile, TrafficFileFailure, trafficFileOf } from './traffic-file.ts'
import { SqliteTrafficRows } from './traffic-rows.ts'
import { spansIn, TrafficReader } from './traffic-sums.ts'

/** The file is opened when it is first needed, and again when it failed. */
export class SqliteTraffic implements TrafficDatabase {
  readonly #file: string
  #open: { readonly db: Database; readonly rows: TrafficRows } | undefined

  /** `path` is that of the database. */
  constructor(path: string) {
    this.#file = trafficFileOf(path)
  }

  transaction<T>(act: (rows: TrafficRows) => Promise<T>): Promise<T> {
    return this.#telling(async () => {
      const { db, rows } = this.#opened()
      return inTransaction(db, () => act(rows))
    })
  }

  /** By a connection of its own, whose moment lasts while others are let in between. */
  read(query: TrafficQuery): Promise<TrafficSums> {
    return this.#telling(async () => {
      const { db } = this.#opened()
      // What is in memory has one connection, and nobody who waits for the disk.
      if (db.memory) return readAll(db, query, () => {})
      const reading = new BetterSqlite3(this.#file, { readonly: true })
      try {
        reading.exec('begin')
        return await readAll(reading, query, othersFirst)
      } finally {
        reading.close()
      }
    })
  }

  close(): void {
    this.#open?.db.close()
    this.#open = undefined
  }

  #opened() {
    if (this.#open === undefined) {
      const db = openTrafficFile(this.#file)
      this.#open = { db, rows: new SqliteTrafficRows(db) }
    }
    return this.#open
  }

  /** What is wrong with this file is no reason to open the database itself anew. */
  async #telling<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const isOfFile = error instanceof BetterSqlite3.SqliteError
      // What fails while it is not open is its opening: a newer program may have migrated it.
      if (!isOfFile && this.#open !== undefined) throw error
      this.close()
      const code = isOfFile ? ` (${error.code})` : ''
      throw new TrafficFileFailure(`${this.#file}: ${(error as Error).message}${code}`, { cause: error })
    }
  }
}

async function readAll(
  db: Database,
  query: TrafficQuery,
  between: () => Promise<void> | void,
): Promise<TrafficSums> {
  const reader = new TrafficReader(db, query)
  for (const span of spansIn(db, query)) {
    reader.add(span)
    await between()
  }
  return reader.sums()
}
