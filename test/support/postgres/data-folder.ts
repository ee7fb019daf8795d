import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, constants, mkdir, mkdtemp, rename, rm, statfs } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ProcessUser } from '../unprivileged-user.ts'
import type { PostgresInstallation } from './find-postgres.ts'

const run = promisify(execFile)

/**
 * Text is ordered by a language, as it is in most managed databases: what relies on the order of bytes and does not say
 * so is found here.
 */
const INITDB = [
  ...['--username=postgres', '--auth=trust', '--encoding=UTF8'],
  ...['--locale=C', '--locale-provider=icu', '--icu-locale=en-US', '--no-sync'],
]

const MEMORY = '/dev/shm'
/** What containers have there by default is a sixtieth of this. */
const ENOUGH = 4 * 1024 ** 3

/** Where data folders are: in memory where there is room, since a database is 300 files, a tenth of the time of a disk. */
export async function fastestParent(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY)
    await access(MEMORY, constants.W_OK)
    return bavail * bsize >= ENOUGH ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Makes the data folder of a new server: a copy of one that `initdb` has made once for this version and machine. */
export async function makeDataFolder(
  data: string,
  installation: PostgresInstallation,
  user: ProcessUser | undefined,
): Promise<void> {
  const cached = cachedData(installation)
  if (await exists(cached)) {
    await run('cp', ['-R', cached, data])
    if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, data])
    return
  }
  await run(join(installation.bin, 'initdb'), [...INITDB, '-D', data], { ...user, cwd: '/' })
  await keep(data, cached)
}

function cachedData({ bin, version }: PostgresInstallation): string {
  const made = createHash('sha256')
    .update([bin, version, process.arch, ...INITDB].join(' '))
    .digest('hex')
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'vicinity', 'postgres', `${version}-${made.slice(0, 16)}`)
}

/** The rename is what makes it appear, whole or not at all; when another process was first, its copy is as good. */
async function keep(data: string, cached: string): Promise<void> {
  await mkdir(dirname(cached), { recursive: true })
  const work = await mkdtemp(join(dirname(cached), 'making-'))
  try {
    await run('cp', ['-R', data, join(work, 'data')])
    await rename(join(work, 'data'), cached)
  } catch (error) {
    if (!(await exists(cached))) throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
