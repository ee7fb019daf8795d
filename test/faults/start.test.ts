import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { type FaultBed, type LogLine, openFaultBed, startReplica } from './fault-bed.ts'

await onPostgres(() => {
  let bed: FaultBed
  beforeAll(async () => {
    bed = await openFaultBed()
  }, 60_000)
  afterAll(() => bed.close())

  const saidIn = (log: LogLine[], text: string) =>
    waitUntil(`the log to say ${text}`, () => log.some(({ reason }) => String(reason).includes(text)))

  test('a replica waits for a database that is away, and is ready as soon as it is there', async () => {
    await bed.line.cut()
    const log: LogLine[] = []
    const starting = startReplica(bed.line.through(bed.database), undefined, log)
    await saidIn(log, 'ECONNREFUSED')
    await bed.line.heal()
    const replica = await starting
    expect((await replica.push(1)).status).toBe(200)
    expect(log.filter(({ msg }) => msg.startsWith('waiting'))).toHaveLength(1)
    await replica.close()
  })

  test('a replica waits for a database that does not exist yet', async () => {
    const log: LogLine[] = []
    const later = new URL(bed.database)
    later.pathname = '/later'
    const starting = startReplica(later.href, undefined, log)
    await saidIn(log, 'create the database, or check its name')
    await bed.ask('create database later')
    await (await starting).close()
  })

  test('a replica that still waits ends when it is told to', async () => {
    const nowhere = new URL(bed.database)
    nowhere.pathname = '/nowhere'
    const log: LogLine[] = []
    const giveUp = new AbortController()
    const starting = startReplica(nowhere.href, giveUp.signal, log)
    await saidIn(log, 'create the database')
    giveUp.abort()
    await expect(starting).rejects.toThrow('create the database')
  })

  test('a replica does not wait where a newer program has migrated', async () => {
    const newer = await bed.server.createDatabase()
    await (await startReplica(newer)).close()
    const { default: postgres } = await import('postgres')
    const sql = postgres(newer, { max: 1 })
    await sql`insert into migration values (999, 'of tomorrow', now(), 999)`
    await sql.end()
    await expect(startReplica(newer)).rejects.toThrow(/a newer Vicinity has migrated it/)
  })
})
