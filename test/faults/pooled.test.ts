import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { openTcpProxy } from '../support/tcp-proxy.ts'
import { openFaultBed } from './fault-bed.ts'

await onPostgres(() =>
  onPgBouncer(() => {
    test('through a proxy that pools transactions: goes on after the proxy and the server were restarted', async () => {
      const bed = await openFaultBed()
      onTestFinished(() => bed.close())
      const first = await startPgBouncer(bed.database)
      onTestFinished(() => first.close())
      const line = await openTcpProxy(first)
      onTestFinished(() => line.close())
      const pooled = `${line.through(bed.database)}?listen=off`
      const replicas = [await bed.replica(pooled), await bed.replica(pooled)] as const
      const [replica, other] = replicas
      const isTaken = async (endpoints: number) => {
        await waitUntil('a push to be taken', async () => (await replica.push(endpoints)).status === 200)
        await waitUntil('both to serve it', async () => {
          return (await replica.serves()) === endpoints && (await other.serves()) === endpoints
        })
      }
      await isTaken(1)

      await first.close()
      expect((await replica.push(2)).status).toBe(503)
      const second = await startPgBouncer(bed.database)
      onTestFinished(() => second.close())
      line.retarget(second)
      await isTaken(2)

      // The proxy keeps those waiting who ask for a server that is away.
      await bed.server.stop('fast')
      const refused = await replica.push(3)
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
      expect(await replica.serves()).toBe(2)
      await bed.server.start()
      const third = await startPgBouncer(bed.database)
      onTestFinished(() => third.close())
      line.retarget(third)
      await second.close()
      await isTaken(4)
      for (const { log } of replicas) expect(log.filter(({ level }) => level > 40)).toEqual([])
    }, 60_000)
  }),
)
