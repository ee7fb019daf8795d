import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTrafficFile } from '../../../src/store/sqlite/traffic-file.ts'
import { StoreUnavailable } from '../../../src/store/store.ts'
import { HOUR } from '../../../src/store/traffic/traffic.ts'
import { copy } from '../../../src/store/upkeep/copy.ts'
import { push, replacement, revisionOf } from '../pushes.ts'
import { opened, upkeepOf } from '../upkeep/upkeep-of.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vicinity-traffic-'))
})
afterEach(() => rm(folder, { recursive: true }))

const cells = [{ minute: 0, service: 'default/web', from: 'a', to: 'b', requests: 1, errors: 0 }]
const batch = (number: number) => ({ writer: 'replica', number, cells })
const ALL = { from: 0, to: HOUR, step: HOUR }

test('counts are in a file of their own, which is made when the first ones come', async () => {
  const store = await opened(`sqlite:${join(folder, 'vicinity.db')}`)
  expect(await readdir(folder)).not.toContain('vicinity.db-traffic')
  await store.traffic.add(batch(1))
  await store.close()
  expect((await readdir(folder)).sort()).toEqual(['vicinity.db', 'vicinity.db-lock', 'vicinity.db-traffic'])
})

test('that file is not synced at each commit', () => {
  const db = openTrafficFile(join(folder, 'traffic'))
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  // https://sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL.
  expect(db.pragma('synchronous', { simple: true })).toBe(1)
  db.close()
})

test('a database in memory has its counts there, too', async () => {
  const store = await opened('sqlite::memory:')
  await store.traffic.add(batch(1))
  expect((await store.traffic.read(ALL)).services).toHaveLength(1)
  await store.close()
})

test('a damaged file stops nothing but the counts, which go on when it was deleted', async () => {
  const file = join(folder, 'vicinity.db-traffic')
  await writeFile(file, 'no database, and long enough for its first bytes to be looked at'.repeat(20))
  const store = await opened(`sqlite:${join(folder, 'vicinity.db')}`)
  const failure = await store.traffic.add(batch(1)).catch(error => error)
  expect(failure).toBeInstanceOf(StoreUnavailable)
  expect(failure.message).toMatch(/vicinity\.db-traffic: file is not a database.*delete it/)
  await expect(store.traffic.read(ALL)).rejects.toThrow(StoreUnavailable)
  expect(revisionOf(await push(store, replacement('topology', [])))).toBe(1)
  await rm(file)
  expect(await store.traffic.add(batch(1))).toBe(true)
  await store.close()
})

test('a file that a newer program has migrated is left alone, and stops nothing else', async () => {
  const file = join(folder, 'vicinity.db-traffic')
  const db = openTrafficFile(file)
  db.exec(
    "insert into migration (number, name, applied_at, requires) values (999, 'from the future', '', 999)",
  )
  db.close()
  const store = await opened(`sqlite:${join(folder, 'vicinity.db')}`)
  await expect(store.traffic.add(batch(1))).rejects.toThrow(/vicinity\.db-traffic: .* has schema 999/)
  expect(revisionOf(await push(store, replacement('topology', [])))).toBe(1)
  await store.close()
})

test('a backup and a copy are of what was pushed: counts stay where they are', async () => {
  const [database, backup, copied] = ['vicinity.db', 'backup.db', 'copy.db'].map(name => join(folder, name))
  const store = await opened(`sqlite:${database}`)
  await push(store, replacement('topology', []))
  await store.traffic.add(batch(1))
  await (await upkeepOf(`sqlite:${database}`)).backup(backup as string, { replace: false })
  await store.close()
  await copy(await upkeepOf(`sqlite:${database}`), await upkeepOf(`sqlite:${copied}`))
  for (const one of [backup, copied]) {
    const restored = await opened(`sqlite:${one}`)
    expect(await restored.head()).toBe(1)
    expect((await restored.traffic.read(ALL)).services).toEqual([])
    await restored.close()
  }
})
