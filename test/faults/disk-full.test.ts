import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { upkeepOf, verified } from '../store/upkeep/upkeep-of.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { fill, smallDisk } from '../support/small-disk.ts'
import { type FaultyReplica, openFaultBed, startReplica } from './fault-bed.ts'

/** Pushes more and more until one is refused; the answer, and what was taken last. */
async function pushUntilRefused(replica: FaultyReplica, from: number) {
  let pushed = from
  const refused = await waitUntil('a push to be refused', async () => {
    const answer = await replica.push(pushed + 100)
    if (answer.status === 200) pushed += 100
    return answer.status !== 200 && answer
  })
  return { refused, pushed }
}

test('a full disk of a SQLite file: pushes are told to come back, Envoys are served, the file stays whole, and all goes on when there is room', async context => {
  const disk = await smallDisk()
  if (!disk) return context.skip('only who may mount a file system can fill one')
  const database = `sqlite:${join(disk.folder, 'vicinity.db')}`
  const replica = await startReplica(database)
  onTestFinished(() => replica.close())
  expect((await replica.push(1)).status).toBe(200)

  await fill(disk.filler)
  const { refused, pushed } = await pushUntilRefused(replica, 1)
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
  expect(refused.text).toContain('the disk of the database is full')
  expect((await replica.get('/v1/revisions')).status).toBe(200)
  expect((await replica.get('/readyz')).status).toBe(200)
  await waitUntil('what was taken to be served', async () => (await replica.serves()) === pushed)
  const copy = join(disk.folder, 'copy.db')
  await expect((await upkeepOf(database)).backup(copy, { replace: false })).rejects.toThrow(
    /is full: nothing was kept/,
  )
  expect((await readdir(disk.folder)).filter(file => file.includes('copy'))).toEqual([])

  await rm(disk.filler)
  expect((await replica.push(3)).status).toBe(200)
  await waitUntil('it to be served', async () => (await replica.serves()) === 3)
  expect((await verified(database)).problems).toEqual([])
  await replica.close()

  await fill(disk.filler)
  await expect(startReplica(database)).rejects.toThrow(/free space on the disk of the database.*vicinity\.db/)
  await rm(disk.filler)
  const again = await startReplica(database)
  onTestFinished(() => again.close())
  expect(await again.serves()).toBe(3)
}, 60_000)

await onPostgres(() => {
  test('a full disk of PostgreSQL: pushes are told to come back, Envoys are served, and all goes on when there is room', async context => {
    const disk = await smallDisk()
    if (!disk) return context.skip('only who may mount a file system can fill one')
    const bed = await openFaultBed()
    onTestFinished(() => bed.close())
    await bed.ask(`create tablespace small location '${disk.folder}'`)
    await bed.ask('create database small tablespace small')
    const small = new URL(bed.database)
    small.pathname = '/small'
    const replica = await bed.replica(small.href)
    expect((await replica.push(1)).status).toBe(200)

    await fill(disk.filler)
    const { refused, pushed } = await pushUntilRefused(replica, 1)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
    expect(refused.text).toContain('the disk of the database is full')
    expect((await replica.get('/v1/revisions')).status).toBe(200)
    expect((await replica.get('/readyz')).status).toBe(200)
    await waitUntil('what was taken to be served', async () => (await replica.serves()) === pushed)

    await rm(disk.filler)
    expect((await replica.push(3)).status).toBe(200)
    await waitUntil('it to be served', async () => (await replica.serves()) === 3)
  }, 60_000)
})
