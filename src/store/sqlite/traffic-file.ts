import BetterSqlite3, { type Database } from 'better-sqlite3'
import { readMigrations } from '../migrations.ts'
import { migrate } from './migrate.ts'

/** Counts of load are worth less than the pushes that would wait for them, and than the database that they are beside. */
export class TrafficFileFailure extends Error {
  override readonly name = 'TrafficFileFailure'
}

/** Beside the database: `vicinity.db-traffic`. */
export function trafficFileOf(path: string): string {
  return path === ':memory:' ? path : `${path}-traffic`
}

/**
 * Creates and migrates it. Commits are not synced but at checkpoints: the last ones are lost with the power, and the file
 * stays sound (https://sqlite.org/pragma.html#pragma_synchronous).
 */
export function openTrafficFile(file: string): Database {
  const db = new BetterSqlite3(file)
  try {
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = normal')
    db.pragma('journal_size_limit = 67108864')
    migrate(db, readMigrations('sqlite-traffic'))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
