import { execFile } from 'node:child_process'
import { appendFile, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { unprivilegedUser } from '../support/unprivileged-user.ts'
import { openFaultBed } from './fault-bed.ts'

const run = promisify(execFile)

/** A disk that is soon full, with a folder for the server; undefined where nobody may mount one. */
async function smallDisk(): Promise<{ folder: string; filler: string } | undefined> {
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

async function fill(file: string): Promise<void> {
  for (let size = 1024 * 1024; size >= 4096; ) {
    try {
      await appendFile(file, Buffer.alloc(size))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      size /= 2
    }
  }
}

await onPostgres(() => {
  test('a full disk: pushes are told to come back, Envoys are served, and all goes on when there is room', async context => {
    const disk = await smallDisk()
    if (!disk) return context.skip('only who may mount a file system can fill one')
    const bed = await openFaultBed()
    onTestFinished(() => bed.close())
    await bed.ask(`create tablespace small location '${disk.folder}'`)
    await bed.ask('create database small tablespace small')
    const small = new URL(bed.database)
    small.pathname = '/small'
    const replica = await bed.replica(small.href)
    let pushed = 1
    expect((await replica.push(pushed)).status).toBe(200)

    await fill(disk.filler)
    const refused = await waitUntil('a push to be refused', async () => {
      const answer = await replica.push(pushed + 100)
      if (answer.status === 200) pushed += 100
      return answer.status !== 200 && answer
    })
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
    expect((await replica.get('/v1/revisions')).status).toBe(200)
    expect((await replica.get('/readyz')).status).toBe(200)
    await waitUntil('what was taken to be served', async () => (await replica.serves()) === pushed)

    await rm(disk.filler)
    expect((await replica.push(3)).status).toBe(200)
    await waitUntil('it to be served', async () => (await replica.serves()) === 3)
  }, 60_000)
})
