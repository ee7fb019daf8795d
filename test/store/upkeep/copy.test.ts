import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../../src/store/store.ts'
import { copy } from '../../../src/store/upkeep/copy.ts'
import { TABLES } from '../../../src/store/upkeep/tables.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'
import { patch, push, replacement, service } from '../pushes.ts'
import { collect } from '../reader.ts'
import { makeHistory } from './eventful-history.ts'
import { opened, upkeepOf, verified } from './upkeep-of.ts'

let folder: string
let files = 0
const newFile = () => `sqlite:${join(folder, `${++files}.db`)}`
let source: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-copy-'))
  source = newFile()
  const store = await opened(source)
  await makeHistory(store, 5)
  await store.close()
})
afterAll(() => rm(folder, { recursive: true }))

const copied = async (from: string, to: string) => copy(await upkeepOf(from), await upkeepOf(to))

const inOrder = (rows: unknown) => (Array.isArray(rows) ? rows.map(row => JSON.stringify(row)).sort() : rows)

/** All that a reader of a store can learn of it. */
async function allOf(store: Store) {
  const { items } = await store.revisions({ limit: 1_000, order: 'oldest' })
  const states = []
  for (const { revision } of items)
    states.push(inOrder(await store.entries({ revision })), await store.diff(1, revision))
  return {
    items,
    states,
    sources: await store.sources(),
    heard: await store.lastHeard(),
    // How old a commit is, is another number each time.
    feed: (await collect(store.changes({}))).map(({ commits: _, ...batch }) => batch),
  }
}

async function allIn(database: string) {
  const store = await opened(database)
  try {
    return await allOf(store)
  } finally {
    await store.close()
  }
}

describe('a copy from a SQLite file', () => {
  test('into another has the history, and is gone on with', async () => {
    const target = newFile()
    expect(await copied(source, target)).toMatchObject({ outcome: 'copied' })
    expect(await allIn(target)).toEqual(await allIn(source))
    const head = (await verified(source)).revision
    const store = await opened(target)
    expect(await push(store, patch('topology', [service('c')]), { source: 'last' })).toMatchObject({
      revision: head + 1,
    })
    await store.close()
    expect((await verified(target)).problems).toEqual([])
  })

  test('that somebody serves is refused: what is pushed meanwhile would be lost', async () => {
    const store = await opened(source)
    await expect(copied(source, newFile())).rejects.toThrow(/the lock .*: one process owns a SQLite database/)
    await store.close()
  })

  test('that is damaged is refused, and the target stays empty', async () => {
    const damaged = newFile()
    await copied(source, damaged)
    const db = new BetterSqlite3(damaged.slice('sqlite:'.length))
    db.exec(`update entry set body = '{}' where source = 'last' and until is null`)
    db.close()
    const target = newFile()
    expect(await copied(damaged, target)).toMatchObject({
      outcome: 'damaged',
      verification: { problemCount: 1 },
    })
    expect(await copied(source, target)).toMatchObject({ outcome: 'copied' })
  })

  test.each(['heartbeat', 'push'])(
    'into one that holds as much as a %s is refused, and leaves it as it was',
    async what => {
      const target = newFile()
      const store = await opened(target)
      if (what === 'heartbeat') await store.heard('east')
      else await push(store, replacement('routes', []))
      await store.close()
      const before = await verified(target)
      expect(await copied(source, target)).toMatchObject({ outcome: 'not-empty' })
      expect(await verified(target)).toEqual(before)
    },
  )
})

await onPostgres(() => {
  describe('a copy into PostgreSQL', () => {
    test('and back has all rows of all tables, with every column', async () => {
      const [middle, end] = [await emptySchema(), newFile()]
      expect(await copied(source, middle)).toMatchObject({ outcome: 'copied' })
      expect(await allIn(middle)).toEqual(await allIn(source))
      expect(await copied(middle, end)).toMatchObject({ outcome: 'copied' })
      expect(everythingIn(end)).toEqual(everythingIn(source))
    })

    test('is taken by a replica that serves the empty target, and the next revision follows it', async () => {
      const target = await emptySchema()
      const store = await opened(target)
      const { revision } = await verified(source)
      const arrived = new Promise<void>(resolve => {
        store.subscribe(head => head.revision === revision && resolve())
      })
      await copied(source, target)
      await arrived
      expect(await push(store, replacement('routes', []), { source: 'next' })).toMatchObject({
        revision: revision + 1,
      })
      await store.close()
      expect((await verified(target)).problems).toEqual([])
    })

    test('takes every table that a migration made', async () => {
      const target = await emptySchema()
      await (await opened(target)).close()
      const sql = postgres(target)
      const tables =
        await sql`select table_name from information_schema.tables where table_schema = current_schema()`
      await sql.end()
      const known = [...TABLES, 'head', 'migration', ...OF_RUNNING_PROCESSES, ...OF_LOAD].sort()
      const isNew =
        'a new table is copied (src/store/upkeep/tables.ts), or is of running processes or of load alone'
      expect(tables.map(row => row.table_name).sort(), isNew).toEqual(known)
    })

    test('of one that is written to meanwhile is whole, and says that it lacks what came later', async () => {
      const busy = await emptySchema()
      await copied(source, busy)
      const store = await opened(busy)
      const from = await upkeepOf(busy)
      const outcome = await copy(
        // Between the copy and the question afterwards.
        {
          ...from,
          atMoment: (act, options) => (options.own ? from.atMoment(act, options) : pushing()),
        } as typeof from,
        await upkeepOf(newFile()),
      )
      async function pushing() {
        await push(store, replacement('routes', []), { source: 'later' })
        return store.head()
      }
      await store.close()
      const { revision } = await verified(source)
      expect(outcome).toMatchObject({ verification: { revision }, sourceHead: revision + 1 })
    })
  })
})

/** What says nothing any more when the processes that wrote it are gone. */
const OF_RUNNING_PROCESSES = ['lease', 'replica', 'proxies']
/** Counts of load stay where they are (docs/backup.md). */
const OF_LOAD = ['traffic', 'traffic_writer']

/** Of a SQLite file, as it is. */
function everythingIn(database: string) {
  const db = new BetterSqlite3(database.slice('sqlite:'.length), { readonly: true })
  const tables = db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .pluck()
    .all()
  const rows = tables
    .filter(table => ![...OF_RUNNING_PROCESSES, 'migration'].includes(table as string))
    .map(table => [
      table,
      db
        .prepare(`select * from ${table}`)
        .all()
        .map(row => ({ ...(row as object), id: null })),
    ])
  db.close()
  return Object.fromEntries(rows)
}
