import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { patch, push, replacement, service } from '../store/pushes.ts'
import { opened } from '../store/upkeep/upkeep-of.ts'
import { emptySchema, onPostgres } from '../support/postgres/on-postgres.ts'
import { runCli } from './run-cli.ts'

let folder: string
let path: string
let store: Store
const vicinity = (...args: readonly string[]) => runCli(args, '', { VICINITY_DATABASE: `sqlite:${path}` })
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-commands-'))
  path = join(folder, 'vicinity.db')
  store = await opened(`sqlite:${path}`)
  await push(store, replacement('topology', [service('a'), service('b')]))
  await push(store, patch('topology', [service('b', 'newer')]))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

describe('backup', () => {
  test('says which revision it has, how large it is and how long it took', async () => {
    const file = join(folder, 'copy.db')
    const { code, stdout, stderr } = await vicinity('backup', file)
    expect([code, stderr]).toEqual([0, ''])
    const size = (await stat(file)).size / 1024
    expect(stdout).toMatch(new RegExp(`^${file}: revision 2, ${size} KiB, in \\d+\\.\\d s\\n$`))
  })

  test('is refused where the file is there, and --force replaces it', async () => {
    const file = join(folder, 'copy.db')
    await vicinity('backup', file)
    const again = await vicinity('backup', file)
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('copy.db is there already') })
    expect(await vicinity('backup', file, '--force')).toMatchObject({ code: 0 })
  })

  test('of PostgreSQL is left to its own tools, and no password is shown', async () => {
    const url = 'postgres://me:secret@127.0.0.1:1/vicinity'
    const { code, stderr } = await vicinity('backup', join(folder, 'copy.db'), '--database', url)
    expect([code, stderr]).toEqual([3, expect.stringMatching(/postgres:\/\/127.0.0.1:1\/vicinity .*pg_dump/)])
    expect(stderr).not.toContain('secret')
  })
})

describe('verify', () => {
  test('says what it looked at, while the database is served', async () => {
    const { code, stdout } = await vicinity('verify')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^sound at revision 2: 3 entries, 2 intervals of parts, 2 revisions, in \d+\.\d s\n$/,
    )
  })

  test('says every problem, a line each, and ends with 1', async () => {
    await store.close()
    const db = new BetterSqlite3(path)
    db.exec(`update entry set body = '{}' where until is null`)
    db.close()
    const { code, stderr } = await vicinity('verify')
    expect(code).toBe(1)
    const lines = stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^vicinity: entry east\/Service default\/a of revision 1: its digest/)
    expect(lines[2]).toMatch(/^vicinity: not sound at revision 2/)
  })

  test.each([
    ['sqlite:/nowhere/vicinity.db', 1, /nowhere.*SQLITE_CANTOPEN/],
    ['postgres://127.0.0.1:1/vicinity', 1, /127.0.0.1:1.*ECONNREFUSED.*check that the database is up/],
    ['sqlite::memory:', 2, /of the process that serves it alone/],
    ['mysql://', 2, /--database: "mysql:\/\/" is none of/],
  ])('of %s ends with %d and says why', async (database, code, message) => {
    expect(await vicinity('verify', '--database', database)).toEqual({
      code,
      stdout: '',
      stderr: expect.stringMatching(message),
    })
  })
})

describe('copy', () => {
  test('of a database that is served is refused, and the process that serves it is named', async () => {
    const to = `sqlite:${join(folder, 'copy.db')}`
    const { code, stderr } = await vicinity('copy', '--from', `sqlite:${path}`, '--to', to)
    const holder = process.platform === 'linux' ? `process ${process.pid} has the lock` : 'cannot be had'
    expect([code, stderr]).toEqual([1, expect.stringContaining(holder)])
  })

  test('never replaces what is there', async () => {
    const to = join(folder, 'other.db')
    await vicinity('backup', to)
    await store.close()
    const { code, stderr } = await vicinity('copy', '--from', `sqlite:${path}`, '--to', `sqlite:${to}`)
    expect([code, stderr]).toEqual([3, expect.stringContaining(`${to} is not empty (table revision)`)])
  })

  test('of a database onto itself is wrong', async () => {
    expect(await vicinity('copy', '--from', `sqlite:${path}`, '--to', `sqlite:${path}`)).toMatchObject({
      code: 2,
    })
  })

  test('that is damaged copies nothing and says what is wrong', async () => {
    await store.close()
    const db = new BetterSqlite3(path)
    db.exec('delete from revision where revision = 1')
    db.close()
    const { code, stderr } = await vicinity('copy', '--from', `sqlite:${path}`, '--to', `sqlite:${path}2`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/revision 1: it has no row.*\n.*is not sound: nothing was copied\n$/s)
  })
})

await onPostgres(() => {
  test('copy brings a SQLite file to PostgreSQL, and verify finds the same there', async () => {
    await store.close()
    const target = await emptySchema()
    const { code, stdout } = await vicinity('copy', '--from', `sqlite:${path}`, '--to', target)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^copied and verified: revision 2, 3 entries, .* in /),
    ])
    const verified = await vicinity('verify', '--database', target)
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^sound at revision 2: 3 entries, /),
    })
  })
})
