import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TYPE_URLS } from '../../src/proto/type-urls.ts'
import { copy } from '../../src/store/upkeep/copy.ts'
import { upkeepOf } from '../store/upkeep/upkeep-of.ts'
import { emptySchema, onPostgres } from '../support/postgres/on-postgres.ts'
import { type Response, TestClient } from '../xds/grpc-client.ts'
import { type FaultyReplica, startReplica } from './fault-bed.ts'

const NAMES = ['default/web/3000', 'default/other/3000']

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-moved-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function running(database: string): Promise<FaultyReplica> {
  const replica = await startReplica(database)
  onTestFinished(() => replica.close())
  return replica
}

/** The answer to a stream that brings these versions, when it has one. */
async function firstAnswer({ xds }: FaultyReplica, versions: object): Promise<Response> {
  const client = new TestClient(xds)
  onTestFinished(() => client.close())
  const stream = client.stream()
  stream.begin(TYPE_URLS.endpoints, { resourceNamesSubscribe: NAMES, initialResourceVersions: versions })
  return stream.next()
}

function versionsIn({ resources = [] }: Response): Record<string, string> {
  return Object.fromEntries(resources.map(({ name, version }) => [name, version]))
}

/** What a replica on the moved database tells an Envoy that was served from the old one, when one service then changes. */
async function toldAfterMove(from: string, move: () => Promise<string>): Promise<string[]> {
  const old = await startReplica(from)
  await old.push(3)
  await old.push(2, 'other')
  // Reads what was pushed, so the replica serves it by then.
  await old.get('/v1/services/default/other')
  const versions = versionsIn(await firstAnswer(old, {}))
  expect(Object.keys(versions).sort()).toEqual([...NAMES].sort())
  await old.close()
  const next = await running(await move())
  const answer = firstAnswer(next, versions)
  await next.push(1, 'other')
  return Object.keys(versionsIn(await answer))
}

test('an Envoy that comes to a replica on a backup is sent nothing that it has', async () => {
  const folder = await newFolder()
  const [database, file] = [`sqlite:${join(folder, 'vicinity.db')}`, join(folder, 'copy.db')]
  const told = await toldAfterMove(database, async () => {
    await (await upkeepOf(database)).backup(file, { replace: false })
    return `sqlite:${file}`
  })
  expect(told).toEqual(['default/other/3000'])
})

await onPostgres(() => {
  test('an Envoy that comes to a replica on the PostgreSQL that its SQLite file was copied to is sent nothing that it has', async () => {
    const database = `sqlite:${join(await newFolder(), 'vicinity.db')}`
    const told = await toldAfterMove(database, async () => {
      const target = await emptySchema()
      await copy(await upkeepOf(database), await upkeepOf(target))
      return target
    })
    expect(told).toEqual(['default/other/3000'])
  })
})
