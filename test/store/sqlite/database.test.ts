import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Migration, readMigrations } from '../../../src/store/migrations.ts'
import { versionsIn } from '../../../src/store/sqlite/backend.ts'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import { migrate } from '../../../src/store/sqlite/migrate.ts'
import { unavailable } from '../../../src/store/sqlite/unavailable.ts'
import { DatabaseThread } from '../../../src/store/thread/database-thread.ts'
import { openStore } from '../../../src/store/thread/open-store.ts'
import { operations } from '../../../src/store/versions/operations.ts'
import { item, patch, push, replacement } from '../pushes.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-store-'))
  path = join(folder, 'vicinity.db')
})
afterEach(() => rm(folder, { recursive: true }))

describe('a database', () => {
  test('is synced at each commit', () => {
    const db = openDatabase(path, { mustExist: false })
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    // 2 is FULL.
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    db.close()
  })

  test('with a newer schema than the program knows is refused, and what to do is said', async () => {
    const db = openDatabase(path, { mustExist: false })
    db.prepare(`insert into migration values (999, 'from the future', '', 998)`).run()
    db.close()
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(
      new RegExp(
        `vicinity.db has schema 999, which needs a program that knows schema 998; this one knows up to ` +
          `${readMigrations('sqlite').length}: .*backup`,
      ),
    )
  })

  test('that a newer program has only expanded is served on', async () => {
    const db = openDatabase(path, { mustExist: false })
    db.prepare(`insert into migration values (999, 'from the future', '', 1)`).run()
    db.close()
    const store = await openStore({ kind: 'sqlite', path })
    expect(await store.head()).toBe(0)
    await store.close()
  })

  test('is migrated once, whoever comes second', () => {
    const db = openDatabase(path, { mustExist: false })
    const migrations = readMigrations('sqlite')
    migrate(db, migrations)
    const applied = db.prepare('select number from migration order by number').pluck().all()
    expect(applied).toEqual(migrations.map(({ number }) => number))
    db.close()
  })

  test('from before hearings were noted takes the last change of each source for one', () => {
    const db = new BetterSqlite3(path)
    const [first, ...later] = readMigrations('sqlite')
    migrate(db, [first as Migration])
    const part = db.prepare(`insert into part values (?, ?, ?, null, 1, '', 0, null, ?)`)
    part.run('east', 'topology', 1, '2026-01-01T00:00:00.000Z')
    part.run('east', 'routes', 2, '2026-01-02T00:00:00.000Z')
    part.run('', 'control', 3, '2026-01-03T00:00:00.000Z')
    migrate(db, [first as Migration, ...later])
    expect(db.prepare('select * from heard').raw().all()).toEqual([['east', '2026-01-02T00:00:00.000Z']])
    db.close()
  })

  test('that fails to migrate stays as it was', () => {
    const db = new BetterSqlite3(path)
    const broken = { number: 1, name: 'broken', requires: 1, sql: 'create table a (b) strict; nonsense' }
    expect(() => migrate(db, [broken])).toThrow()
    expect(db.prepare('select name from sqlite_schema').pluck().all()).toEqual(['migration'])
    expect(db.prepare('select count(*) from migration').pluck().get()).toBe(0)
    db.close()
  })

  test('belongs to one process: a second one is told so', async () => {
    const store = await openStore({ kind: 'sqlite', path })
    await expect(openStore({ kind: 'sqlite', path })).rejects.toMatchObject({
      name: 'StoreUnavailable',
      operation: 'open',
      hint: expect.stringContaining('one process owns a SQLite database'),
    })
    await store.close()
    const next = await openStore({ kind: 'sqlite', path })
    await next.close()
  })

  test.each(['SQLITE_BUSY', 'SQLITE_IOERR_LOCK', 'SQLITE_IOERR_SHMMAP', 'SQLITE_PROTOCOL'])(
    'on a file system that cannot lock (%s) belongs on a local disk, and that is said',
    code => {
      const error = new BetterSqlite3.SqliteError('as SQLite says it', code)
      expect(unavailable(error)?.hint).toMatch(/NFS.* local disk$/)
    },
  )

  test('that cannot be opened is unavailable, and the path is named', async () => {
    const missing = join(folder, 'no-such-folder', 'vicinity.db')
    await expect(openStore({ kind: 'sqlite', path: missing })).rejects.toMatchObject({
      name: 'StoreUnavailable',
      hint: expect.stringContaining(missing),
    })
    await writeFile(path, 'not a database at all, but long enough to look at'.repeat(20))
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/SQLITE_NOTADB/)
  })

  test('that is full is unavailable, keeps what it has, and goes on when there is room', async () => {
    const db = openDatabase(path, { mustExist: false })
    const { write, head, sources } = operations(versionsIn(db))
    await write({ source: 'east', author: 'a', parts: [replacement('topology', [item('Service', 'a')])] })
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
    const big = () => [patch('topology', [item('Service', 'b', 'x'.repeat(100_000))])]
    const error = await write({ source: 'east', author: 'a', parts: big() }).catch(caught => caught)
    expect(unavailable(error)).toMatchObject({ hint: expect.stringContaining('free space'), broken: false })
    expect(await head()).toBe(1)
    expect(await sources()).toMatchObject([{ parts: [{ entries: 1, revision: 1 }] }])
    db.pragma('max_page_count = 100000')
    expect(await write({ source: 'east', author: 'a', parts: big() })).toMatchObject({ revision: 2 })
    db.close()
  })
})

const deaf = { onHead() {}, onOutage() {}, onReported() {} }

describe('the database thread', () => {
  test('deletes old history in slices that let other calls through', async () => {
    const store = await openStore({ kind: 'sqlite', path })
    const many = (content: unknown) =>
      Array.from({ length: 3_000 }, (_, n) => item('Service', `s-${n}`, content))
    await push(store, replacement('topology', many(1)))
    await push(store, replacement('topology', many(2)))
    const order: string[] = []
    const retention = store.retain({ topology: 0, routes: 0 }).finally(() => order.push('retained'))
    const write = push(store, patch('topology', [item('Service', 's-1', 3)]))
    const written = write.finally(() => order.push('written'))
    expect(await retention).toBeGreaterThanOrEqual(3_000)
    await written
    expect(order).toEqual(['written', 'retained'])
    await store.close()
  })

  test('that dies rejects what waits, and the next call starts another on the same file', async () => {
    const heads: number[] = []
    const thread = new DatabaseThread(
      { kind: 'sqlite', path },
      { ...deaf, onHead: ({ position }) => heads.push(position.revision) },
    )
    const write = () => ({
      source: 'east',
      author: 'a',
      parts: [replacement('topology', [item('Service', 'a')])],
    })
    await thread.call('write', [write()])
    // Somebody else's transaction keeps the call from being answered before the thread dies.
    const other = new BetterSqlite3(path)
    other.exec('begin immediate')
    const waiting = thread.call('write', [write()])
    const outcome = expect(waiting).rejects.toMatchObject({ name: 'StoreUnavailable', operation: 'write' })
    const ended = thread.abandon()
    await setImmediate()
    other.close()
    await ended
    await outcome
    expect(await thread.call('head', [])).toBe(1)
    expect(heads.at(-1)).toBe(1)
    await thread.close()
  })

  test('never puts an empty database in the place of one that is gone', async () => {
    const thread = new DatabaseThread({ kind: 'sqlite', path }, deaf)
    await thread.start()
    await thread.abandon()
    await rm(path)
    await expect(thread.call('head', [])).rejects.toThrow(/SQLITE_CANTOPEN/)
    await thread.close()
  })

  test('says that a database in memory is lost with it', async () => {
    const thread = new DatabaseThread({ kind: 'sqlite', path: ':memory:' }, deaf)
    await thread.start()
    await thread.abandon()
    await expect(thread.call('head', [])).rejects.toThrow(/in memory was lost/)
    await thread.close()
  })

  test('passes a bug on as an error of its own and goes on', async () => {
    const store = await openStore({ kind: 'sqlite', path: ':memory:' })
    const twice = replacement('topology', [item('Service', 'a', 1), item('Service', 'a', 2)])
    await expect(push(store, twice)).rejects.toThrow(/store write: .*UNIQUE/)
    expect(await store.head()).toBe(0)
    await store.close()
  })
})
