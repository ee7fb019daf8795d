import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresLocation, parseLocation } from '../../../src/store/location.ts'
import { Connection } from '../../../src/store/postgres/connection.ts'
import { inTransaction } from '../../../src/store/postgres/transaction.ts'
import { momentIn } from '../../../src/store/postgres/upkeep.ts'
import { verify } from '../../../src/store/upkeep/verify.ts'
import { emptySchema, onPostgres } from '../../support/postgres/on-postgres.ts'
import { push, replacement, service } from '../pushes.ts'
import { makeHistory } from './eventful-history.ts'
import { opened, verified } from './upkeep-of.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-verify-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each([
  [1, 'routes of which are taken by retention'],
  [2, 'of which all is there'],
  [5, 'routes of which are taken by retention'],
])('history %d, %s, is sound while it is served', async seed => {
  const database = `sqlite:${join(folder, `${seed}.db`)}`
  const store = await opened(database)
  await makeHistory(store, seed)
  const { revision, rows, problems } = await verified(database)
  await store.close()
  expect(problems).toEqual([])
  expect(revision).toBeGreaterThan(40)
  expect([rows.floor > 0, rows.revision < revision]).toEqual(seed % 2 === 1 ? [true, true] : [false, false])
})

/** What is done to a database behind the program's back, and what is then said, whatever else is. */
const DAMAGES: readonly [what: string, sql: string, problem: RegExp][] = [
  [
    'a changed body',
    `update entry set body = '{"name":"b"}' where source = 'last' and name = 'b'`,
    /^entry last\/Service default\/b of revision \d+: its digest \w+ is not that of its body, \w+$/,
  ],
  [
    'a changed digest of an entry',
    `update entry set digest = '${'a'.repeat(64)}' where source = 'last' and name = 'b'`,
    /^part last\/topology from revision \d+ until \d+: its digest \w+ is not the sum of its entries, \w+$/,
  ],
  [
    'a changed digest of a part',
    `update part set digest = '${'a'.repeat(64)}' where source = 'last' and until is null`,
    /^part last\/topology from revision \d+ until now: its digest a{64} is not the sum of its entries/,
  ],
  [
    'a wrong count',
    `update part set entries = entries + 1 where source = 'last' and until is null`,
    /^part last\/topology from revision \d+ until now: it counts 2 entries, there are 1$/,
  ],
  [
    'a standing entry that is gone',
    `delete from entry where source = 'last' and until is null`,
    /^part last\/topology from revision \d+ until now: it counts 1 entries, there are 0$/,
  ],
  [
    'a closed entry that is gone',
    `delete from entry where source = 'last' and name = 'b'`,
    /^part last\/topology from revision \d+ until \d+: it counts 2 entries, there are 1$/,
  ],
  [
    'versions that overlap',
    `update entry set until = until + 1 where source = 'last' and name = 'a' and until is not null`,
    /^entry last\/Service default\/a of revision \d+: the one of revision \d+ holds until \d+: they overlap$/,
  ],
  [
    'a version that ends before it begins',
    `update entry set until = since where source = 'last' and name = 'b'`,
    /^entry last\/Service default\/b of revision \d+: created \d+, since \d+, until \d+: no interval/,
  ],
  [
    'a version that lost when its key came',
    `update entry set created = since where source = 'last' and name = 'a'`,
    /^entry last\/Service default\/a of revision \d+: "created" is \d+, not that of revision \d+, which it replaces$/,
  ],
  [
    'an entry of a part that is not there',
    `insert into entry (source, part, kind, namespace, name, since, until, created, digest, body)
     select 'nobody', part, kind, namespace, name, since, until, created, digest, body from entry
     where source = 'last' and until is null`,
    /^part nobody\/topology: its entries change at revision \d+, where it is not there$/,
  ],
  [
    'an entry in the wrong part',
    `update entry set kind = 'Gateway' where source = 'last' and name = 'b'`,
    /^entry last\/Gateway default\/b of revision \d+: its kind is none of part topology$/,
  ],
  [
    'a part that lost an interval',
    `delete from part where source = 'last' and until is not null`,
    /^part last\/topology: its entries change at revision \d+, where it is not there$/,
  ],
  [
    'intervals of a part that overlap',
    `update part set until = until + 1 where source = 'last' and until is not null`,
    /^part last\/topology from revision \d+ until \d+: another interval of it begins at revision \d+$/,
  ],
  [
    'a missing revision',
    'delete from revision where revision = 20',
    /^revision 20: it has no row|^revision 20 is missing$/,
  ],
  [
    'a revision that says otherwise',
    `update revision set removed = removed + 1 where source = 'last' and updated = 1`,
    /^revision \d+: it says 0 added, 1 updated, 2 removed, and its rows are 0, 1, 1$/,
  ],
  [
    'a revision of another digest',
    `update revision set digest = '${'a'.repeat(64)}' where source = 'last' and updated = 1`,
    /^revision \d+: its digest a{64} is not that of what it left, \w+$/,
  ],
  [
    'a floor in the future',
    `insert into floor (source, part, revision) values ('last', 'topology', 1000)`,
    /^floor of last\/topology: 1000 is no revision up to \d+$/,
  ],
]

describe('in a SQLite file', () => {
  let sound: string
  beforeAll(async () => {
    sound = join(folder, 'sound.db')
    const store = await opened(`sqlite:${sound}`)
    await makeHistory(store, 4, 30)
    await store.close()
  })
  /** A copy to damage. */
  const copyOf = (name: string) => {
    const path = join(folder, `${name}.db`)
    const db = new BetterSqlite3(sound)
    db.prepare('vacuum into ?').run(path)
    db.close()
    return path
  }

  test.each(DAMAGES)('%s is found and named', async (what, sql, problem) => {
    const path = copyOf(what)
    const db = new BetterSqlite3(path)
    // Indexes that would not let it happen are no protection from a broken disk.
    expect(db.prepare(sql).run().changes).toBeGreaterThan(0)
    db.close()
    const { problems } = await verified(`sqlite:${path}`)
    expect(problems).toContainEqual(expect.stringMatching(problem))
  })

  test('a time that is none is found', async () => {
    const path = copyOf('time')
    const db = new BetterSqlite3(path)
    db.exec(`update heard set heard_at = 'soon' where source = 'last'`)
    db.close()
    expect((await verified(`sqlite:${path}`)).problems).toEqual([
      'source last: heard at "soon", which is no time',
    ])
  })

  test('a page that was overwritten is found, and what else can be read is read', async () => {
    const path = copyOf('page')
    const db = new BetterSqlite3(path)
    const page = db
      .prepare(`select rootpage from sqlite_schema where name = 'entry_history'`)
      .pluck()
      .get() as number
    const size = db.pragma('page_size', { simple: true }) as number
    db.close()
    await overwrite(path, (page - 1) * size)
    const { problems, rows } = await verified(`sqlite:${path}`)
    expect(problems).toContainEqual(
      expect.stringMatching(/^the versions of each key cannot be read to the end: .*malformed/),
    )
    expect(rows.revision).toBeGreaterThan(20)
  })

  test('a byte that flipped in a body is found, which SQLite itself does not notice', async () => {
    const path = copyOf('byte')
    const handle = await open(path, 'r+')
    const bytes = await handle.readFile()
    const at = bytes.indexOf('"content":"newer"')
    await handle.write(Buffer.from('N'), 0, 1, at + '"content":"'.length)
    await handle.close()
    const { problems } = await verified(`sqlite:${path}`)
    expect(problems).toEqual([
      expect.stringMatching(/^entry last\/Service default\/a .* is not that of its body/),
    ])
  })

  test('every problem is told, and of very many the first and how many there are', async () => {
    const path = copyOf('many')
    const db = new BetterSqlite3(path)
    db.exec(`update entry set body = '{}'`)
    const entries = db.prepare('select count(*) from entry').pluck().get()
    db.close()
    const { problems, problemCount } = await verified(`sqlite:${path}`)
    expect([problems.length, problemCount]).toEqual([100, entries])
  })

  test.each([
    ['no database of Vicinity', 'drop table migration', /is no database of Vicinity/],
    [
      'an older schema',
      'delete from migration where number > 1',
      /from before schema 2: start `vicinity serve`/,
    ],
    [
      'a newer schema',
      `insert into migration values (999, 'future', '', 999)`,
      /newer Vicinity has migrated it/,
    ],
  ])('%s is not looked at', async (what, sql, message) => {
    const path = copyOf(what)
    const db = new BetterSqlite3(path)
    db.exec(sql)
    db.close()
    await expect(verified(`sqlite:${path}`)).rejects.toThrow(message)
  })
})

/** One page of zeros. */
async function overwrite(path: string, place: number): Promise<void> {
  const handle = await open(path, 'r+')
  await handle.write(Buffer.alloc(4_096), 0, 4_096, place)
  await handle.close()
}

await onPostgres(() => {
  describe('in PostgreSQL', () => {
    let database: string
    beforeAll(async () => {
      database = await emptySchema()
      const store = await opened(database)
      await makeHistory(store, 4, 30)
      await store.close()
    })

    test('a history is sound, and is read as of one moment while pushes go on', async () => {
      const store = await opened(database)
      let stop = false
      const pushing = (async () => {
        for (let round = 0; !stop; round += 1)
          await push(store, replacement('topology', [service('flapping', round)]), { source: 'busy' })
      })()
      const { problems } = await verified(database)
      stop = true
      await pushing
      await store.removeSource('busy', 'me')
      await store.close()
      expect(problems).toEqual([])
    })

    test.each([
      ...DAMAGES,
      [
        'a head that fell behind',
        'update head set revision = revision - 1',
        /^the head is \d+, and the newest revision \d+$/,
      ],
    ] as typeof DAMAGES)('%s is found and named', async (_, statement, problem) => {
      const connection = new Connection(parseLocation(database) as PostgresLocation)
      const rollback = new Error('rollback')
      let problems: readonly string[] = []
      const damaging = inTransaction(connection, async sql => {
        await sql.unsafe(statement)
        problems = (await verify(momentIn(sql))).problems
        throw rollback
      })
      await expect(damaging).rejects.toBe(rollback)
      await connection.end()
      expect(problems).toContainEqual(expect.stringMatching(problem))
    })
  })
})
