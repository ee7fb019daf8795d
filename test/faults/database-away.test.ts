import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { type FaultBed, type FaultyReplica, openFaultBed } from './fault-bed.ts'

/** In milliseconds: pushers are told in seconds, also on a machine that has other work. */
const SOON = 12_000

/** Of each replica; one more connection watches the database. */
const POOL = 3
const MOST = 2 * (POOL + 1)

interface Fault {
  begin(bed: FaultBed): unknown
  end(bed: FaultBed): unknown
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'is stopped': { begin: ({ server }) => server.stop('fast'), end: ({ server }) => server.start() },
  crashes: { begin: ({ server }) => server.stop('immediate'), end: ({ server }) => server.start() },
  'is cut off': { begin: ({ line }) => line.cut(), end: ({ line }) => line.heal() },
  'is stopped by SIGSTOP': { begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() },
  'is in a network that swallows everything': {
    begin: ({ line }) => line.freeze(),
    end: ({ line }) => line.thaw(),
  },
}

await onPostgres(() => {
  let bed: FaultBed
  /** The first is reached through the line, the second directly. */
  let replicas: [FaultyReplica, FaultyReplica]
  let pushed = 1

  beforeAll(async () => {
    bed = await openFaultBed()
    replicas = [
      await bed.replica(`${bed.line.through(bed.database)}?pool=${POOL}`),
      await bed.replica(`${bed.database}?pool=${POOL}`),
    ]
    expect((await replicas[0].push(pushed)).status).toBe(200)
    await waitUntil('it to be served', async () => (await replicas[0].serves()) === pushed)
  }, 60_000)
  afterAll(() => bed.close())

  describe.each(Object.entries(FAULTS))('while the database %s', (_, { begin, end }) => {
    test('new Envoys are served, pushes are told to come back, and all goes on afterwards', async () => {
      const [replica, other] = replicas
      await begin(bed)

      const began = performance.now()
      const [push, read] = await Promise.all([replica.push(pushed + 1), replica.get('/v1/revisions')])
      expect([push.status, read.status]).toEqual([503, 503])
      expect([push.headers['retry-after'], read.headers['retry-after']]).toEqual(['2', '2'])
      expect(performance.now() - began).toBeLessThan(SOON)
      // Who comes later does not wait that long.
      const again = performance.now()
      expect((await replica.push(pushed + 1)).status).toBe(503)
      expect(performance.now() - again).toBeLessThan(2_000)
      expect((await replica.get('/readyz')).status).toBe(200)
      expect((await replica.get('/metrics')).text).toMatch(/^vicinity_database_up 0$/m)
      expect(await replica.serves()).toBe(pushed)

      await end(bed)
      const ended = performance.now()
      pushed += 1
      await waitUntil('a push to be taken', async () => (await replica.push(pushed)).status === 200)
      const taken = performance.now()
      await waitUntil('both to serve it', async () => {
        return (await replica.serves()) === pushed && (await other.serves()) === pushed
      })
      expect(taken - ended).toBeLessThan(5_000)
      await waitUntil('the metric to say so', async () => {
        return /^vicinity_database_up 1$/m.test((await replica.get('/metrics')).text)
      })
      await waitUntil('no connection to be left over', async () => (await bed.connections()) <= MOST)
    }, 60_000)
  })

  test('the log has a few lines of each, however often it was asked', () => {
    for (const { log } of replicas) {
      // Proxies that are warned of (no source has their gateway) say nothing of the database.
      const warnings = log.filter(({ level, msg }) => level >= 40 && msg !== 'proxy connected')
      expect(warnings.length).toBeLessThan(8 * Object.keys(FAULTS).length)
      expect(warnings.filter(({ level }) => level > 40)).toEqual([])
    }
  })
})
