import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { readMigrations } from '../migrations.ts'
import { migrate } from './migrate.ts'

/** How long opening waits for a process that is just going away, in milliseconds. */
const LOCK_WAIT = 1_000

/**
 * Opens the file for this process alone. SQLite's exclusive locking mode holds the lock as long as the connection
 * lives; the operating system drops it when the process dies, however it dies.
 */
export function openDatabase(path: string, options: { mustExist: boolean }): Database {
  const folder = dirname(path)
  // The driver has no code for this one.
  if (!existsSync(folder)) throw new BetterSqlite3.SqliteError(`no folder ${folder}`, 'SQLITE_CANTOPEN')
  const db = new BetterSqlite3(path, {
    fileMustExist: options.mustExist && path !== ':memory:',
    timeout: LOCK_WAIT,
  })
  try {
    db.pragma('locking_mode = exclusive')
    db.pragma('journal_mode = wal')
    // WAL alone syncs at checkpoints; FULL syncs at each commit: what was acknowledged survives a power loss.
    db.pragma('synchronous = full')
    db.pragma('foreign_keys = on')
    db.pragma('cache_size = -65536')
    db.pragma('journal_size_limit = 67108864')
    migrate(db, readMigrations('sqlite'))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
