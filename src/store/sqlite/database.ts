import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { readMigrations } from '../migrations.ts'
import { migrate } from './migrate.ts'

/** Opens the file, creates and migrates it. Other processes may read it meanwhile: a shell, a backup. */
export function openDatabase(path: string, options: { mustExist: boolean }): Database {
  const db = new BetterSqlite3(path, { fileMustExist: options.mustExist && path !== ':memory:' })
  try {
    const mode = db.pragma('journal_mode = wal', { simple: true })
    // SQLite goes on in another mode where it cannot share memory: readers would then stop the writer.
    if (mode !== 'wal' && !db.memory)
      throw new BetterSqlite3.SqliteError(`${path} is no WAL`, 'SQLITE_PROTOCOL')
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

/** Opens a file that is there, and migrates nothing; others may be writing to it. */
export function openForReading(path: string): Database {
  requireFolderOf(path)
  return new BetterSqlite3(path, { readonly: true, fileMustExist: true })
}

/** The driver has no code for this one. */
export function requireFolderOf(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder)) throw new BetterSqlite3.SqliteError(`no folder ${folder}`, 'SQLITE_CANTOPEN')
}

/** All of it or nothing. `act` may wait: nobody else writes by this connection meanwhile. */
export async function inTransaction<T>(db: Database, act: () => Promise<T>): Promise<T> {
  db.exec('begin immediate')
  try {
    const result = await act()
    db.exec('commit')
    return result
  } finally {
    if (db.inTransaction) db.exec('rollback')
  }
}
