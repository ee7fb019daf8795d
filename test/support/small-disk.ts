import { execFile } from 'node:child_process'
import { appendFile, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { unprivilegedUser } from './unprivileged-user.ts'

const run = promisify(execFile)

/** A disk that is soon full, with a folder for the server; undefined where nobody may mount one. */
export async function smallDisk(): Promise<{ folder: string; filler: string } | undefined> {
  const mount = await mkdtemp(join(tmpdir(), 'vicinity-small-disk-'))
  onTestFinished(() => rm(mount, { recursive: true, force: true }))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount])
  } catch {
    return undefined
  }
  onTestFinished(async () => void (await run('umount', ['--lazy', mount])))
  const folder = join(mount, 'tables')
  await mkdir(folder)
  const user = await unprivilegedUser()
  if (user) {
    await chown(mount, user.uid, user.gid)
    await chown(folder, user.uid, user.gid)
  }
  return { folder, filler: join(mount, 'filler') }
}

/** Until not a page is left. */
export async function fill(file: string): Promise<void> {
  for (let size = 1024 * 1024; size >= 4096; ) {
    try {
      await appendFile(file, Buffer.alloc(size))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      size /= 2
    }
  }
}
