import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../../src/store/store.ts'
import { push, replacement, service } from '../pushes.ts'
import { opened, upkeepOf, verified } from './upkeep-of.ts'

let folder: string
let database: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-backup-'))
  database = `sqlite:${join(folder, 'vicinity.db')}`
  store = await opened(database)
  await push(store, replacement('topology', [service('a'), service('b')]))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const backedUp = async (file: string, replace = false) => (await upkeepOf(database)).backup(file, { replace })

test('a backup is of one moment while the owner goes on writing, and can be started on', async () => {
  const file = join(folder, 'copy.db')
  let stop = false
  const pushing = (async () => {
    for (let round = 0; !stop; round += 1) await push(store, replacement('topology', [service('a', round)]))
  })()
  const backup = await backedUp(file)
  stop = true
  await pushing
  const { revision, problems } = await verified(`sqlite:${file}`)
  expect(problems).toEqual([])
  expect(backup).toEqual({ outcome: 'written', revision, bytes: (await stat(file)).size })
  const restored = await opened(`sqlite:${file}`)
  expect(await restored.entries({})).toEqual(await store.entries({ revision }))
  expect(await push(restored, replacement('routes', []))).toMatchObject({ revision: revision + 1 })
  await restored.close()
})

test('a backup is one file, as private as the database, and nothing else is left', async () => {
  await chmod(join(folder, 'vicinity.db'), 0o600)
  const file = join(folder, 'copies.db')
  await backedUp(file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).filter(name => name.startsWith('copies'))).toEqual(['copies.db'])
})

test('a file that is there is replaced only where that is said', async () => {
  const file = join(folder, 'copy.db')
  await writeFile(file, 'precious')
  expect(await backedUp(file)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('--force'),
  })
  expect((await stat(file)).size).toBe('precious'.length)
  expect(await backedUp(file, true)).toMatchObject({ outcome: 'written', revision: 1 })
})

test('the database itself is never replaced, whatever its name', async () => {
  const other = join(folder, '..', folder.split('/').at(-1) as string, 'vicinity.db')
  expect(await backedUp(other, true)).toMatchObject({
    reason: expect.stringContaining('the database itself'),
  })
})

test('a name beside which the log of another database lies is refused: SQLite would mix the two', async () => {
  const file = join(folder, 'other.db')
  const other = await opened(`sqlite:${file}`)
  expect(await backedUp(file, true)).toMatchObject({
    reason: expect.stringContaining('other.db-wal lies beside it'),
  })
  await other.close()
  expect(await backedUp(file, true)).toMatchObject({ outcome: 'written' })
})

test.each([
  ['there is no such database', 'nothing.db', undefined, /nothing\.db: .*SQLITE_CANTOPEN/],
  ['it is no database', 'text.db', 'not a database at all', /text\.db: .*SQLITE_NOTADB/],
])('where %s, that is said, and no file is left', async (_, name, content, message) => {
  if (content !== undefined) await writeFile(join(folder, name), content.repeat(50))
  database = `sqlite:${join(folder, name)}`
  await expect(backedUp(join(folder, 'copy.db'))).rejects.toThrow(message)
  expect((await readdir(folder)).filter(one => one.startsWith('copy'))).toEqual([])
})

test('a database of another program is no backup', async () => {
  database = `sqlite:${join(folder, 'foreign.db')}`
  const db = new BetterSqlite3(join(folder, 'foreign.db'))
  db.exec('create table tea (cup integer)')
  db.close()
  await expect(backedUp(join(folder, 'copy.db'))).rejects.toThrow(/no database of Vicinity/)
})
