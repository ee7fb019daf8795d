import { access } from 'node:fs/promises'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { startProcess } from '../../demo/running-process.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { dropDatabase } from '../support/postgres/databases.ts'
import { freshDatabase, onPostgres } from '../support/postgres/on-postgres.ts'
import { type PostgresServer, startPostgres, startStandby } from '../support/postgres.ts'

await onPostgres(() => {
  describe('the PostgreSQL server of the tests', () => {
    const closing = new Closing()
    let server: PostgresServer
    beforeAll(async () => {
      server = await startPostgres()
      closing.addWay(() => server.close())
    })
    afterAll(() => closing.close())

    const connect = (url = server.url): Sql => postgres(url, { max: 1 })
    const ask = async (url: string, statement: string) => {
      const sql = connect(url)
      try {
        return await sql.unsafe(statement)
      } finally {
        await sql.end()
      }
    }

    test.each(['fast', 'immediate'] as const)(
      'keeps what was committed when it is stopped, %s',
      async mode => {
        const database = await server.createDatabase()
        await ask(database, 'create table kept as select 1 as one')
        await server.stop(mode)
        await expect(ask(database, 'select')).rejects.toThrow(/ECONNREFUSED/)
        await server.start()
        expect(await ask(database, 'table kept')).toEqual([{ one: 1 }])
      },
    )

    test('answers nobody while it is paused, and those who asked once it goes on', async () => {
      const sql = connect()
      await sql`select`
      await server.pause()
      let answered = false
      const asked = [sql`select`.execute(), ask(server.url, 'select')].map(async answer => {
        await answer
        answered = true
      })
      // What we wait for is that nothing happens; a server that runs answers in a millisecond.
      await new Promise(resolve => setTimeout(resolve, 100))
      expect(answered).toBe(false)
      await server.resume()
      await Promise.all(asked)
      await sql.end()
    })

    test('says what it logged when it does not start', async () => {
      await expect(startPostgres({ shared_buffers: 'much' })).rejects.toThrow(
        /did not start.*invalid value for parameter "shared_buffers": "much"/s,
      )
    })

    test('orders text as a managed database does, not by bytes', async () => {
      expect(await ask(server.url, "select from (values ('b', 'C')) as t(b, c) where b < c")).toHaveLength(1)
    })

    test('has a standby that follows, and takes writes when it is promoted', async () => {
      const standby = await startStandby(server)
      closing.addWay(() => standby.close())
      await ask(server.url, 'create table followed ()')
      await waitUntil('the standby to follow', async () => {
        const [row] = await ask(standby.url, "select to_regclass('followed') as name")
        return row?.name
      })
      await expect(ask(standby.url, 'create table led ()')).rejects.toThrow(/read-only transaction/)
      await server.stop('immediate')
      await standby.promote()
      await ask(standby.url, 'create table led ()')
      await server.start()
    })

    test.each(['running', 'paused'])('ends, %s, with a process that is killed', async state => {
      const owner = startProcess('the owner', process.execPath, [
        ...['--import', 'tsx', new URL('./own-a-server.ts', import.meta.url).pathname, state],
      ])
      const { pid, folder } = JSON.parse(await owner.waitForLine(line => line))
      await owner.kill()
      await waitUntil('the server to end', () => !isRunning(pid))
      await waitUntil('its folder to be removed', () =>
        access(folder).then(
          () => false,
          () => true,
        ),
      )
    })
  })

  describe('the PostgreSQL server that test files share', () => {
    test('gives each an empty database of its own', async () => {
      const [one, other] = await Promise.all([freshDatabase(), freshDatabase()])
      const sql = postgres(one, { max: 1 })
      await sql`create table mine ()`
      const others = postgres(other, { max: 1 })
      expect(await others`select from pg_tables where schemaname = 'public'`).toHaveLength(0)
      await others.end()
      // Its connection is open still.
      await dropDatabase(one)
      await expect(sql`select`).rejects.toThrow()
      await Promise.all([sql.end(), dropDatabase(other)])
    })
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
