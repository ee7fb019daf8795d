import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'

/** How long to wait for a process that is just going away, in milliseconds. */
const WAIT = 1_000

/**
 * Makes this process the one that serves the file: two would hand out the same revisions to different Envoys. Held as a
 * lock on an empty file beside it, so that others can still read the database itself; the operating system drops the
 * lock when the process dies, however it dies. Returns the way to let go; throws SQLITE_BUSY when somebody has it.
 */
export function ownFile(path: string): () => void {
  if (path === ':memory:') return () => {}
  const folder = dirname(path)
  // The driver has no code for this one.
  if (!existsSync(folder)) throw new BetterSqlite3.SqliteError(`no folder ${folder}`, 'SQLITE_CANTOPEN')
  const lock = new BetterSqlite3(`${path}-lock`, { timeout: WAIT })
  try {
    lock.exec('begin exclusive')
    return () => lock.close()
  } catch (error) {
    lock.close()
    throw error
  }
}
