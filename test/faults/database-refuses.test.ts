import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { waitUntil } from '../../demo/wait-until.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { type FaultBed, type FaultyReplica, openFaultBed } from './fault-bed.ts'

/** The server answers, and what it says is no. */
await onPostgres(() => {
  let bed: FaultBed
  let replica: FaultyReplica
  let pushed = 1

  beforeAll(async () => {
    bed = await openFaultBed({ max_connections: '20' })
    replica = await bed.replica()
  }, 60_000)
  afterAll(() => bed.close())
  beforeEach(async () => {
    await isTaken()
  })

  const push = () => replica.push(pushed + 1)
  /** The fault is over: what comes now is stored, and served. */
  const isTaken = async () => {
    pushed += 1
    const began = performance.now()
    await waitUntil('a push to be taken', async () => (await replica.push(pushed)).status === 200)
    await waitUntil('it to be served', async () => (await replica.serves()) === pushed)
    return performance.now() - began
  }
  const session = async (act: (sql: postgres.Sql) => Promise<void>, database = bed.database) => {
    const sql = postgres(database, { max: 1, onnotice() {} })
    try {
      await act(sql)
    } finally {
      await sql.end()
    }
  }

  test('read-only: pushes are told to come back, reads go on', async () => {
    await bed.ask('alter system set default_transaction_read_only = on')
    await bed.ask('select pg_reload_conf()')
    await waitUntil('pushes to be refused', async () => (await push()).status === 503)
    expect((await replica.get('/v1/revisions')).status).toBe(200)
    expect(await replica.serves()).toBe(pushed)
    await bed.ask('alter system reset default_transaction_read_only')
    await bed.ask('select pg_reload_conf()')
    expect(await isTaken()).toBeLessThan(5_000)
  })

  test('without room for one more connection: goes on when there is', async () => {
    const admin = postgres(bed.database, { max: 1, onnotice() {} })
    const held = [admin]
    await admin`select`
    const isFull = async () => {
      const sql = postgres(bed.database, { max: 1, onnotice() {} })
      held.push(sql)
      return sql`select`.then(
        () => false,
        () => true,
      )
    }
    try {
      // What a replica has lost it takes again at once, where it can.
      const answer = await waitUntil('a push to be refused', async () => {
        await waitUntil('the server to be full', isFull)
        await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vicinity'`
        await waitUntil('it to be full again', isFull)
        const one = await push()
        if (one.status === 200) pushed += 1
        return one.status !== 200 && one
      })
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2'])
      expect(await replica.serves()).toBeGreaterThan(0)
    } finally {
      await Promise.all(held.map(sql => sql.end()))
    }
    expect(await isTaken()).toBeLessThan(5_000)
  })

  test('a lock that somebody else holds: pushes give up, reads go on beside as many as there are', async () => {
    await session(async other => {
      await other.unsafe('begin; update head set revision = revision')
      const began = performance.now()
      const pushes = Array.from({ length: 12 }, (_, at) => replica.push(pushed + 1, `source-${at}`))
      await waitUntil('pushes to wait', async () => {
        const [row] = await other`select count(*)::int as waiting from pg_locks where not granted`
        return row?.waiting > 0
      })
      const reading = performance.now()
      expect((await replica.get('/v1/revisions')).status).toBe(200)
      expect(performance.now() - reading).toBeLessThan(2_000)
      const statuses = (await Promise.all(pushes)).map(({ status }) => status)
      expect(new Set(statuses)).toEqual(new Set([503]))
      expect(performance.now() - began).toBeLessThan(18_000)
    })
    expect(await isTaken()).toBeLessThan(5_000)
    expect((await replica.get('/v1/sources')).text).not.toContain('source-')
  }, 60_000)

  test('a stricter isolation by default: pushers side by side are all taken', async () => {
    await bed.ask("alter system set default_transaction_isolation = 'serializable'")
    await bed.ask('select pg_reload_conf()')
    await waitUntil('it to be so', async () => {
      const [row] = await bed.ask("select current_setting('default_transaction_isolation') as isolation")
      return row?.isolation === 'serializable'
    })
    const sources = ['side-a', 'side-b', 'side-c', 'side-d']
    for (const count of [1, 2, 3]) {
      const answers = await Promise.all(sources.map(source => replica.push(count, source)))
      expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual([200, 200, 200, 200])
    }
    await bed.ask('alter system reset default_transaction_isolation')
    await bed.ask('select pg_reload_conf()')
  })

  test('a deadlock: the push is told to come back', async () => {
    await session(async other => {
      await other.unsafe("begin; set deadlock_timeout = '1min'; update head set revision = revision")
      const answer = push()
      await waitUntil('the push to wait', async () => {
        const [row] = await other`select count(*)::int as waiting from pg_locks where not granted`
        return row?.waiting > 0
      })
      const held = other`
        select pg_advisory_xact_lock(hashtextextended('vicinity source ' || current_schema() || ' east', 0))`
      const [{ status }] = await Promise.all([answer, held])
      expect(status).toBe(503)
    })
    expect(await isTaken()).toBeLessThan(5_000)
  })

  test('connections that are ended at any moment: what was answered is there, and the rest was not', async () => {
    const other = await bed.replica()
    const before = await bed.connections()
    const taken = new Map<string, number>()
    let refusals = 0
    await session(async sql => {
      const endAll = () =>
        sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vicinity'`.execute()
      const pushers = [replica, other].map(async (one, number) => {
        let usual = 50
        for (let at = 1; at <= 20; at += 1) {
          const began = performance.now()
          // About every second one is over before.
          const ending = delay(Math.random() * 2 * usual).then(endAll)
          const { status } = await one.push(at, `pusher-${number}`)
          expect([200, 503]).toContain(status)
          if (status === 200) {
            taken.set(`pusher-${number}`, at)
            usual = Math.min(500, performance.now() - began)
          } else refusals += 1
          await ending
        }
      })
      await Promise.all(pushers)
    })
    expect([taken.size, refusals > 0]).toEqual([2, true])
    for (const [source, endpoints] of taken) {
      // The last end of all may be noticed by this very question.
      const { text } = await waitUntil('the read to be answered', async () => {
        const answer = await replica.get(`/v1/sources/${source}/topology`)
        return answer.status === 200 && answer
      })
      expect(JSON.parse(text).services[0].endpoints.length).toBeGreaterThanOrEqual(endpoints)
    }
    const head = Number((await bed.ask('select revision from head'))[0]?.revision)
    const rows = await bed.ask('select revision from revision order by revision')
    expect(rows.map(({ revision }) => Number(revision))).toEqual(
      Array.from({ length: head }, (_, at) => at + 1),
    )
    await isTaken()
    await waitUntil('the other to serve it', async () => (await other.serves()) === (await replica.serves()))
    await waitUntil('none to be left over', async () => (await bed.connections()) <= before + 4)
    expect(replica.log.filter(({ level }) => level > 40)).toEqual([])
  }, 60_000)

  test('a database that is dropped and made anew, empty: says so, and takes nothing from the Envoys', async () => {
    const name = new URL(bed.database).pathname.slice(1)
    await session(sql => sql.unsafe(`drop database ${name} with (force)`).then(() => {}), bed.server.url)
    await waitUntil('pushes to be refused', async () => (await push()).status === 503)
    await session(sql => sql.unsafe(`create database ${name}`).then(() => {}), bed.server.url)
    await waitUntil('the log to say so', () => JSON.stringify(replica.log).includes('the tables are gone'))
    expect((await push()).status).toBe(503)
    expect(await replica.serves()).toBe(pushed)
    // Somebody decides that it begins anew.
    const fresh = await bed.replica()
    expect(await replica.serves()).toBe(pushed)
    await isTaken()
    await waitUntil('both to serve it', async () => (await fresh.serves()) === pushed)
  })
})
