import { once } from 'node:events'
import { connect } from 'node:net'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProcess } from '../../demo/running-process.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { builtFile } from '../support/built/built-file.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { type FaultBed, type FaultyReplica, openFaultBed } from './fault-bed.ts'

/** A replica, or whoever pushes to it, goes away in the middle. */
await onPostgres(() => {
  let bed: FaultBed
  /** The first is reached through the line, the second directly. */
  let replicas: [FaultyReplica, FaultyReplica]
  beforeAll(async () => {
    bed = await openFaultBed()
    replicas = [await bed.replica(), await bed.replica(bed.database)]
    await replicas[0].push(1)
  }, 60_000)
  afterAll(() => bed.close())

  const isServed = (endpoints: number) =>
    waitUntil('both to serve it', async () => {
      const served = await Promise.all(replicas.map(replica => replica.serves()))
      return served.every(number => number === endpoints)
    })
  const head = async () => Number((await bed.ask('select revision from head'))[0]?.revision)
  /** Holds up whoever wants to write, until it is over. */
  const holdWriters = async (meanwhile: (sql: postgres.Sql) => Promise<void>) => {
    const sql = postgres(bed.database, { max: 1, onnotice() {} })
    await sql.unsafe('begin; update head set revision = revision')
    try {
      await meanwhile(sql)
    } finally {
      await sql.end()
    }
  }
  const isWaiting = (sql: postgres.Sql) =>
    waitUntil('a push to wait in its transaction', async () => {
      const [row] = await sql`select count(*)::int as waiting from pg_locks where not granted`
      return row?.waiting > 0
    })

  test('a body that breaks off changes nothing', async () => {
    const before = await head()
    const [host, port] = replicas[0].rest.split(':')
    const socket = connect(Number(port), host)
    await once(socket, 'connect')
    socket.write('PUT /v1/sources/east/topology HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
    socket.write('Content-Length: 1000\r\n\r\n{"zones":[],"services":[')
    await waitUntil('it to be sent', () => socket.writableLength === 0)
    socket.resetAndDestroy()
    await once(socket, 'close')
    expect((await replicas[0].get('/v1/revisions')).status).toBe(200)
    expect(await head()).toBe(before)
  })

  test('a replica that is cut off in its transaction holds up the others for seconds only', async () => {
    const [replica, other] = replicas
    let refused = replica.get('/livez')
    await holdWriters(async sql => {
      refused = replica.push(2)
      await isWaiting(sql)
      bed.line.freeze()
    })
    // The lock is now that replica's, which is not told so.
    const began = performance.now()
    await waitUntil('a push to be taken', async () => (await other.push(3)).status === 200)
    expect(performance.now() - began).toBeLessThan(12_000)
    expect((await refused).status).toBe(503)
    bed.line.thaw()
    await isServed(3)
    expect((await replica.push(4)).status).toBe(200)
    await isServed(4)
  }, 60_000)

  test('a replica that is killed in its transaction leaves nothing of it', async () => {
    const args = [builtFile('cli/main'), 'serve', '--database', bed.database, '--rest', '127.0.0.1:0']
    const killed = startProcess('vicinity', process.execPath, [...args, '--xds', '127.0.0.1:0'])
    const { rest } = JSON.parse(
      await killed.waitForLine(line => (line.includes('"ready"') ? line : undefined)),
    )
    const before = await head()
    await holdWriters(async sql => {
      const push = fetch(`http://${rest}/v1/sources/west/topology`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          zones: [],
          services: [{ name: 'west', ports: [{ port: 1 }], endpoints: [] }],
        }),
      }).catch(() => undefined)
      await isWaiting(sql)
      await killed.kill()
      expect(await push).toBe(undefined)
    })
    expect((await replicas[0].push(5)).status).toBe(200)
    await isServed(5)
    expect(await head()).toBe(before + 1)
    expect((await replicas[1].get('/v1/sources/west')).status).toBe(404)
  }, 60_000)

  test('a replica that was paused catches up, and keeps its Envoys meanwhile', async () => {
    const args = [builtFile('cli/main'), 'serve', '--database', bed.database, '--rest', '127.0.0.1:0']
    const paused = startProcess('vicinity', process.execPath, [...args, '--xds', '127.0.0.1:0'])
    const { rest } = JSON.parse(
      await paused.waitForLine(line => (line.includes('"ready"') ? line : undefined)),
    )
    process.kill(paused.pid, 'SIGSTOP')
    const began = performance.now()
    expect((await replicas[0].push(6)).status).toBe(200)
    const revision = await head()
    // Longer than the database is given to answer, and than a lease lasts.
    await waitUntil('time to pass', () => performance.now() - began > 5_500)
    process.kill(paused.pid, 'SIGCONT')
    const resumed = performance.now()
    await waitUntil('it to catch up', async () => {
      const text = await (await fetch(`http://${rest}/metrics`)).text()
      return Number(/^vicinity_revision (\d+)$/m.exec(text)?.[1]) === revision
    })
    expect(performance.now() - resumed).toBeLessThan(3_000)
    await paused.stop()
    expect(paused.output()).not.toContain('"level":"error"')
  }, 60_000)
})
