import pino from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { authenticator } from '../../src/auth/authenticate.ts'
import { World } from '../../src/translate/world.ts'
import { WorldDraft } from '../../src/translate/world-draft.ts'
import { openXdsServer } from '../../src/xds/server.ts'
import { Tables } from '../../src/xds/tables/tables.ts'
import { stored } from '../support/world.ts'
import { type Response, TestClient, type TestStream } from './grpc-client.ts'
import { noLoads } from './no-loads.ts'
import { CDS, EDS } from './protocol/session.ts'

/** A database that fails over to a copy without the newest revisions: numbers fall, and are handed out again. */

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const GATEWAY = { name: 'edge', services: 'all', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }
const web = (address: string) => ({
  name: 'web',
  ports: [{ port: 80 }],
  endpoints: [{ address, port: 80, zone: 'zone-a' }],
})
const other = { name: 'other', ports: [{ port: 80 }], endpoints: [] }

/** All that the database has at a revision. */
const content = (revision: number, services: object[]) =>
  stored('east', { topology: { services }, routes: { gateways: [GATEWAY] } }, revision)

/** A replica that serves what a test says that the database has. */
async function serve() {
  const tables = new Tables()
  let world = World.EMPTY
  const server = await openXdsServer({
    host: '127.0.0.1',
    port: 0,
    audiences: tables,
    authenticate: authenticator(undefined),
    authorize: () => undefined,
    replica: 'replica-1',
    revision: 0,
    loads: noLoads,
    loadInterval: 10_000,
    log: pino({ level: 'silent' }),
  })
  closers.push(() => server.close(0))
  const client = new TestClient(`127.0.0.1:${server.port}`)
  closers.push(() => client.close())
  const publish = (draft: WorldDraft, revision: number) => {
    const next = draft.finish(revision)
    world = next.world
    tables.publish(world, next.touched, server.isPassed)
    server.onChange(revision)
  }
  return {
    server,
    client,
    /** The next revision brings these services. */
    push: (services: object[]) => {
      const revision = world.revision + 1
      const draft = new WorldDraft(world)
      draft.add({ revision, reset: false, upserted: content(revision, services), removed: [] })
      publish(draft, revision)
      return revision
    },
    /** The database is another one: these services, at this revision. */
    reset: (services: object[], revision: number) => {
      const draft = WorldDraft.startingOver(world)
      draft.add({ revision, reset: true, upserted: content(revision, services), removed: [] })
      publish(draft, revision)
    },
  }
}

const names = ({ resources = [] }: Response) => resources.map(one => one.name)
const addressIn = (response: Response) => JSON.stringify(response.resources).match(/10\.0\.0\.\d/)?.[0]

/** A proxy that has all clusters, and the assignment of `web`. */
async function synced(stream: TestStream): Promise<TestStream> {
  stream.begin(CDS)
  stream.ack(await stream.next())
  stream.send({ typeUrl: EDS, resourceNamesSubscribe: ['default/web/80'] })
  stream.ack(await stream.next())
  return stream
}

test('proxies are sent what is different, nothing else, and what comes under the lost numbers', async () => {
  const { server, client, push, reset } = await serve()
  push([web('10.0.0.1')])
  push([web('10.0.0.1'), other])
  push([web('10.0.0.2'), other])
  const stream = await synced(client.stream())

  reset([web('10.0.0.1'), other], 2)
  const response = await stream.next()
  expect([response.typeUrl, names(response), addressIn(response)]).toEqual([
    EDS,
    ['default/web/80'],
    '10.0.0.1',
  ])
  expect(response.systemVersionInfo).toBe('2')
  stream.ack(response)
  await vi.waitFor(() => expect(server.proxies.list()[0]).toMatchObject({ revision: 2, synced: true }))

  push([web('10.0.0.3'), other])
  expect(addressIn(await stream.next())).toBe('10.0.0.3')
})

test('a write under a number that was lost is waited for, though proxies once answered that number', async () => {
  const { server, client, push, reset } = await serve()
  for (let revision = 1; revision <= 5; revision++) push([web(`10.0.0.${revision}`)])
  const stream = await synced(client.stream())
  await vi.waitFor(() => expect(server.proxies.list()[0]).toMatchObject({ revision: 5, synced: true }))
  reset([web('10.0.0.2')], 2)
  stream.ack(await stream.next())

  const watch = server.proxies.watch()
  closers.push(() => watch.close())
  const revision = push([web('10.0.0.9')])
  expect(revision).toBe(3)
  const early = await watch.wait(revision, 10)
  expect(early).toMatchObject({ acked: 0, pending: [{ node: 'n1' }] })
  const convergence = watch.wait(revision, 5_000)
  stream.ack(await stream.next())
  expect(await convergence).toEqual({ proxies: 1, acked: 1, nacked: [], pending: [] })
})

test('a lost write has come to nobody', async () => {
  const { server, client, push, reset } = await serve()
  push([web('10.0.0.1')])
  const stream = await synced(client.stream())
  const watch = server.proxies.watch()
  closers.push(() => watch.close())
  push([web('10.0.0.2')])
  reset([web('10.0.0.1')], 1)
  expect(await watch.wait(2, 0)).toMatchObject({ acked: 0, pending: [{ node: 'n1' }] })
  stream.call.cancel()
})

test('everybody ends with the newest state, however fast revisions fall and rise', async () => {
  const { server, client, push, reset } = await serve()
  push([web('10.0.0.1')])
  const streams = await Promise.all(Array.from({ length: 200 }, () => synced(client.stream())))
  // Nobody has looked at one before the next is there: more streams than one turn of the event loop can serve.
  for (let round = 0; round < 3; round++) {
    push([web('10.0.0.2'), other])
    push([web('10.0.0.3')])
    reset([web('10.0.0.4'), other], 2)
    reset([web('10.0.0.4'), other, { ...other, name: `one-${round}` }], 1)
  }
  push([web('10.0.0.5'), other])
  for (const stream of streams) {
    let address: string | undefined
    while (address !== '10.0.0.5') {
      const response = await stream.next()
      stream.ack(response)
      if (response.typeUrl === EDS) address = addressIn(response)
    }
  }
  await vi.waitFor(
    () => {
      expect(server.isPassed).toBe(true)
      for (const proxy of server.proxies.list()) {
        const clusters = proxy.types.find(one => one.typeUrl === CDS)
        expect([proxy.synced, proxy.revision, clusters?.acked]).toEqual([true, 2, 3])
      }
    },
    { timeout: 10_000 },
  )
})
