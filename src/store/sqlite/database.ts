import BetterSqlite3, { type Database } from 'better-sqlite3'
import { readMigrations } from '../migrations.ts'
import { migrate } from './migrate.ts'

/** Opens the file, creates and migrates it. Other processes may read it meanwhile: a shell, a backup. */
export function openDatabase(path: string, options: { mustExist: boolean }): Database {
  const db = new BetterSqlite3(path, { fileMustExist: options.mustExist && path !== ':memory:' })
  try {
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
