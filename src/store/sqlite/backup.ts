import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BackedUp } from '../upkeep/moment.ts'
import { openForReading } from './database.ts'

/**
 * Writes a copy of one moment into a file, while the owner of the database goes on writing: what a reader sees, without
 * what was deleted, as one file that needs no other. It has its name when it is whole and synced, never before.
 */
export function backup(path: string, file: string, { replace }: { readonly replace: boolean }): BackedUp {
  const obstacle = obstacleTo(path, file, replace)
  if (obstacle !== undefined) return { outcome: 'refused', reason: obstacle }
  const partial = `${file}.${process.pid}.partial`
  try {
    copyInto(partial, path)
    // As private as the database is.
    chmodSync(partial, statSync(path).mode & 0o777)
    sync(partial)
    const revision = revisionOf(partial)
    const bytes = statSync(partial).size
    const late = obstacleTo(path, file, replace)
    if (late !== undefined) return { outcome: 'refused', reason: late }
    renameSync(partial, file)
    sync(dirname(file))
    return { outcome: 'written', revision, bytes }
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'SQLITE_FULL' && code !== 'ENOSPC') throw error
    throw new Error(`the disk of ${file} is full: nothing was kept there`, { cause: error })
  } finally {
    rmSync(partial, { force: true })
  }
}

function obstacleTo(path: string, file: string, replace: boolean): string | undefined {
  const [database, there] = [path, file].map(one => statSync(one, { throwIfNoEntry: false }))
  if (there !== undefined && there.ino === database?.ino && there.dev === database.dev)
    return `${file} is the database itself`
  // SQLite would take it for what was written to the copy last (https://sqlite.org/howtocorrupt.html, 1.4).
  if (existsSync(`${file}-wal`))
    return `${file}-wal lies beside it: a database of that name is or was open; take another`
  if (there !== undefined && !replace)
    return `${file} is there already: take another name, or --force to replace it`
  return undefined
}

function copyInto(partial: string, path: string): void {
  const db = openForReading(path)
  try {
    db.prepare('vacuum into ?').run(partial)
  } finally {
    db.close()
  }
}

function revisionOf(copy: string): number {
  const db = openForReading(copy)
  try {
    if ((db.pragma('table_info(revision)') as unknown[]).length === 0)
      throw new Error('no backup: this is no database of Vicinity, it has none of its tables')
    return db.prepare('select coalesce(max(revision), 0) from revision').pluck().get() as number
  } finally {
    db.close()
  }
}

/** A file, or the names in a folder. */
function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
