import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { type FaultBed, type FaultyReplica, openFaultBed } from './fault-bed.ts'

await onPostgres(() => {
  let bed: FaultBed
  let replica: FaultyReplica
  beforeAll(async () => {
    bed = await openFaultBed()
    replica = await bed.replica()
    await replica.push(1)
    await waitUntil('it to be served', async () => (await replica.serves()) === 1)
  }, 60_000)
  afterAll(() => bed.close())

  test('pushes and the feed take their time, and nothing fails', async () => {
    bed.line.delay(50)
    const pushes = await Promise.all([replica.push(2), replica.push(2, 'west'), replica.push(2, 'north')])
    expect(pushes.map(({ status }) => status)).toEqual([200, 200, 200])
    await waitUntil('it to be served', async () => (await replica.serves()) === 2)
    expect(replica.log.filter(({ level, msg }) => level >= 40 && msg !== 'proxy connected')).toEqual([])
    bed.line.delay(0)
  })
})
