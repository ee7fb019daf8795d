import type { Unavailable } from '../thread/backend.ts'
import { TrafficFileFailure } from './traffic-file.ts'

const LOCAL_DISK = 'the file system cannot lock or share the file (NFS, SMB): put it on a local disk'

const FULL = 'free space on the disk of the database; what was answered is safe'

const TRAFFIC =
  'only counts of load are in this file: check the disk, and where the file is damaged, delete it (and -wal, -shm beside it)'

const HINTS: readonly [code: string, hint: string, broken: boolean][] = [
  ['SQLITE_FULL', FULL, false],
  [
    'SQLITE_BUSY',
    'one process owns a SQLite database, stop the other; where there is none, the file is on a file system that cannot ' +
      'lock (NFS), and belongs on a local disk',
    false,
  ],
  ['SQLITE_IOERR_LOCK', LOCAL_DISK, true],
  ['SQLITE_IOERR_SHMSIZE', FULL, true],
  ['SQLITE_IOERR_SHMMAP', LOCAL_DISK, true],
  ['SQLITE_PROTOCOL', LOCAL_DISK, true],
  ['SQLITE_READONLY', 'make the database file and its folder writable for this process', true],
  ['SQLITE_CANTOPEN', 'check that the folder exists and that this process may write to it', true],
  ['SQLITE_IOERR', 'check the disk, and the kernel log for its errors', true],
  ['SQLITE_CORRUPT', 'the file is damaged: restore a backup', true],
  ['SQLITE_NOTADB', 'the file is not a SQLite database: check the path', true],
]

/** The database's own failures; undefined for everything else, which is a bug and stays an exception. */
export function unavailable(error: unknown): Unavailable | undefined {
  if (error instanceof TrafficFileFailure) return { cause: error.message, hint: TRAFFIC, broken: false }
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return undefined
  const known = HINTS.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`))
  if (known === undefined) return undefined
  const [, hint, broken] = known
  return { cause: `${(error as Error).message} (${code})`, hint, broken, isFull: hint === FULL }
}
