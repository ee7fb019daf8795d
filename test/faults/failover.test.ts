import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { startStandby } from '../support/postgres.ts'
import { openFaultBed } from './fault-bed.ts'

interface Revisions {
  readonly items: readonly { readonly revision: number; readonly source: string }[]
}

await onPostgres(() => {
  test('replicas follow a copy that lacks the last revisions, and take new ones of the same numbers', async () => {
    const bed = await openFaultBed()
    onTestFinished(() => bed.close())
    const standby = await startStandby(bed.server)
    onTestFinished(() => standby.close())
    const onStandby = async (statement: string) => {
      const url = new URL(bed.database)
      url.port = String(standby.port)
      const sql = postgres(url.href, { max: 1, onnotice() {} })
      try {
        return await sql.unsafe(statement)
      } finally {
        await sql.end()
      }
    }
    const replicas = [await bed.replica(), await bed.replica()] as const
    const [one, other] = replicas
    const serve = (endpoints: number) =>
      waitUntil(`all to serve ${endpoints}`, async () => {
        const served = await Promise.all(replicas.map(replica => replica.serves()))
        return served.every(number => number === endpoints)
      })
    await one.push(1)
    await waitUntil('the copy to have it', async () => {
      const [row] = await onStandby("select to_regclass('head') as name")
      return row?.name && Number((await onStandby('select revision from head'))[0]?.revision) === 1
    })

    // The copy hears no more, and the last revisions are its alone who dies.
    await onStandby("alter system set primary_conninfo = ''")
    await onStandby('select pg_reload_conf()')
    await waitUntil('the copy to be cut off', async () => {
      return (await bed.ask('select from pg_stat_replication')).length === 0
    })
    expect([(await one.push(2)).status, (await other.push(3)).status]).toEqual([200, 200])
    await serve(3)
    await bed.server.stop('immediate')
    bed.line.retarget(standby)

    // A copy that does not lead yet: it is read, and followed, and takes no push.
    await serve(1)
    const refused = await one.push(4)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
    expect((await one.get('/readyz')).status).toBe(200)

    await standby.promote()
    const began = performance.now()
    await waitUntil('a push to be taken', async () => (await one.push(5)).status === 200)
    expect(performance.now() - began).toBeLessThan(5_000)
    await serve(5)
    const revisions = JSON.parse((await other.get('/v1/revisions')).text) as Revisions
    expect(revisions.items.map(({ revision }) => revision)).toEqual([2, 1])
    for (const { log } of replicas) expect(log.some(({ msg }) => msg.includes('went back'))).toBe(true)
  }, 60_000)
})
