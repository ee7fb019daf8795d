import { readFileSync, statSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { requireFolderOf } from './database.ts'

/** How long to wait for a process that is just going away, in milliseconds. */
const WAIT = 1_000

/**
 * Makes this process the one that serves the file: two would hand out the same revisions to different Envoys. Held as a
 * lock on an empty file beside it, so that others can still read the database itself; the operating system drops the
 * lock when the process dies, however it dies. Returns the way to let go; throws SQLITE_BUSY when somebody has it, and
 * names the process where that is known.
 */
export function ownFile(path: string): () => void {
  if (path === ':memory:') return () => {}
  requireFolderOf(path)
  const file = `${path}-lock`
  const lock = new BetterSqlite3(file, { timeout: WAIT })
  try {
    lock.exec('begin exclusive')
    return () => lock.close()
  } catch (error) {
    lock.close()
    if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error
    const holder = holderOf(file)
    const what =
      holder === undefined ? `the lock ${file} cannot be had` : `process ${holder} has the lock ${file}`
    throw new BetterSqlite3.SqliteError(what, 'SQLITE_BUSY')
  }
}

/**
 * The process that has a lock on a file: asked of the kernel, for what is written down is out of date after a crash.
 * undefined where it does not tell: on another system or machine, or in another container.
 */
function holderOf(file: string): number | undefined {
  try {
    const { ino } = statSync(file)
    // "1: POSIX  ADVISORY  WRITE 1234 fe:00:5309355 1073741824 1073742335", see proc(5).
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    const fields = lines
      .map(line => line.trim().split(/\s+/))
      .find(([, , , , , place]) => place?.endsWith(`:${ino}`))
    const holder = Number(fields?.[4])
    return holder > 0 ? holder : undefined
  } catch {
    return undefined
  }
}
