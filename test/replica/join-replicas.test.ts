import { deflateRawSync } from 'node:zlib'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { SimulatedProxy } from '../../bench/acceptance/simulated-proxy.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Report } from '../../src/model/report.ts'
import { type Location, parseLocation } from '../../src/store/location.ts'
import type { Reports } from '../../src/store/reports.ts'
import { openStore } from '../../src/store/thread/open-store.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { inSync, openReplicas, pushAndWait, type ReplicaBed, type Replicas } from '../support/replicas.ts'
import { TestClient, type TestStream } from '../xds/grpc-client.ts'
import { CDS } from '../xds/protocol/session.ts'

/** Two services behind one gateway, whose Envoys get both; what is given changes one of them. */
const shop = (port: number, settings = {}) =>
  topology(service('web', [{ port: 9001 }]), service('cart', [{ port }], settings))
const ROUTES = {
  gateways: [gateway('edge', 10080, { services: 'all' })],
  routes: [route('all', [toService('/', 'web')])],
}
/** Of two services, a listener and its routes. */
const RESOURCES = 6

await onPostgres(() => {
  let replicas: Replicas
  let a: ReplicaBed
  let b: ReplicaBed
  let c: ReplicaBed
  let open: ReplicaBed[]
  let leave: (() => Promise<void> | void)[] = []
  let port = 10_000
  beforeAll(async () => {
    replicas = await openReplicas(3)
    ;[a, b, c] = replicas.all as [ReplicaBed, ReplicaBed, ReplicaBed]
    open = [a, b, c]
    await pushAndWait(a, 'routes', ROUTES)
  })
  beforeEach(async () => {
    await pushAndWait(a, 'topology', shop(port++))
  })
  afterEach(async () => {
    for (const one of leave) await one()
    leave = []
    for (const one of open) await inSync(one, 0)
  })
  afterAll(() => replicas?.close())

  /** An Envoy that takes all that it is sent. */
  async function envoy(replica: ReplicaBed, id: string, zone = 'zone-a'): Promise<SimulatedProxy> {
    const proxy = await replica.proxy(id, zone, RESOURCES)
    leave.push(() => proxy.close())
    return proxy
  }

  /** A client of which the test says how it answers; it wants clusters, and has answered the first ones. */
  async function stubborn({ xds }: ReplicaBed, id: string): Promise<TestStream> {
    const client = new TestClient(xds)
    const stream = client.stream()
    leave.push(() => {
      stream.call.cancel()
      client.close()
    })
    stream.begin(CDS, {}, { id })
    stream.ack(await stream.next())
    return stream
  }

  const shown = async (replica: ReplicaBed, node: string) => (await replica.proxies(`&node=${node}`)).total

  test('a push through one replica is answered when the proxies of the others have it', async () => {
    await envoy(b, 'on-b')
    await envoy(b, 'on-b-too', 'zone-b')
    await envoy(c, 'on-c')
    for (const [replica, count] of [
      [b, 2],
      [c, 1],
    ] as const)
      await inSync(replica, count)
    const waited = await pushAndWait(a, 'topology', shop(port++))
    expect(waited).toMatchObject({ proxies: 3, acked: 3, nacked: [], pending: [] })
  })

  test('proxies that a push does not concern are none of the number', async () => {
    await envoy(b, 'on-b')
    await stubborn(c, 'clusters-only')
    await inSync(b, 1)
    await inSync(c, 1)
    const waited = await pushAndWait(a, 'topology', shop(port++))
    expect(waited).toMatchObject({ proxies: 1, acked: 1, nacked: [], pending: [] })
  })

  test('who rejects on another replica is named, with what it said', async () => {
    const stream = await stubborn(b, 'critic')
    await inSync(b, 1)
    const push = pushAndWait(a, 'topology', shop(port, { connectTimeout: '7s' }))
    const { nonce } = await stream.next()
    stream.send({ typeUrl: CDS, responseNonce: nonce, errorDetail: { code: 3, message: 'too slow for me' } })
    const { nacked, ...numbers } = await push
    expect(numbers).toMatchObject({ proxies: 1, acked: 0, pending: [] })
    expect(nacked).toMatchObject([{ node: 'critic', typeUrl: CDS, detail: 'too slow for me' }])
  })

  test('who has not answered on another replica when the time is over is pending', async () => {
    await envoy(b, 'on-b')
    await stubborn(c, 'silent')
    await inSync(b, 1)
    await inSync(c, 1)
    const waited = await pushAndWait(a, 'topology', shop(port, { connectTimeout: '8s' }), 1)
    expect(waited).toMatchObject({ proxies: 2, acked: 1, nacked: [], pending: [{ node: 'silent' }] })
  })

  test('a push of what stands waits only for who has not answered it yet', async () => {
    await envoy(b, 'on-b')
    await inSync(b, 1)
    await pushAndWait(a, 'topology', shop(port))
    expect(await pushAndWait(c, 'topology', shop(port))).toMatchObject({ proxies: 0, acked: 0, pending: [] })
    await stubborn(b, 'silent')
    await inSync(b, 2)
    const slow = shop(port, { connectTimeout: '9s' })
    const pending = [{ node: 'silent' }]
    expect(await pushAndWait(a, 'topology', slow, 1)).toMatchObject({ proxies: 2, acked: 1, pending })
    expect(await pushAndWait(a, 'topology', slow, 1)).toMatchObject({ proxies: 1, acked: 0, pending })
  })

  test('every replica shows the proxies of all, sorted, filtered and counted over all', async () => {
    await envoy(a, 'p1')
    await envoy(b, 'p2', 'zone-b')
    await envoy(c, 'p3')
    for (const one of replicas.all)
      await waitUntil('all to be shown', async () => {
        const { items } = await one.proxies()
        return items.length === 3 && items.every(({ synced, types }) => synced && types.length === 4)
      })
    const page = await c.api.get<{ items: { node: string }[]; total: number }>(
      '/v1/proxies?zone=zone-a&sort=-node&limit=1',
    )
    expect(page).toMatchObject({ items: [{ node: 'p3' }], total: 2 })
    const [second] = (await a.proxies('&node=p2')).items
    expect(await c.api.get(`/v1/proxies/${second?.id}`)).toEqual(second)
    const { items } = await c.api.get<{ items: { zone: string; proxies: number }[] }>('/v1/zones')
    expect(items).toMatchObject([
      { zone: 'zone-a', proxies: 2 },
      { zone: 'zone-b', proxies: 1 },
    ])
  })

  test('what one replica was told the next one answers at once', async () => {
    const path = '/v1/services/default/cart/assignment?zone=zone-a'
    for (let count = 0; count < 10; count += 1) {
      const { revision } = await a.api.put('/v1/sources/east/topology', shop(port))
      for (const { api } of [b, c]) {
        for (const query of ['', `&revision=${revision}`]) {
          const assignment = await api.get<{ endpoints: object[] }>(path + query)
          expect(assignment).toMatchObject({ revision, endpoints: [{ port }] })
        }
      }
      port += 1
    }
  })

  test('a proxy that moves to another replica with what it has is sent nothing', async () => {
    let xds = a.xds
    const proxy = new SimulatedProxy(() => xds, { id: 'p', gateway: 'edge', region: 'r1', zone: 'zone-a' })
    leave.push(() => proxy.close())
    proxy.connect()
    await waitUntil('it to have everything', () => proxy.received.resources === RESOURCES)
    const { bytes } = proxy.received
    proxy.close()
    xds = b.xds
    proxy.connect()
    await inSync(b, 1)
    expect(proxy.received).toEqual({ streams: 2, resources: RESOURCES, removed: 0, bytes })
    await pushAndWait(a, 'topology', shop(port++))
    expect(proxy.received.resources).toBe(RESOURCES + 1)
  })

  /** A replica that came to revision 1 and no further, with one proxy. */
  async function stuckReplica(): Promise<Reports> {
    const store = await openStore(parseLocation(replicas.database) as Location)
    const reports = store.reports as Reports
    leave.push(async () => {
      await reports.leave('stuck')
      await store.close()
    })
    const standing = { revision: 1, converged: 1, since: 0, rounds: [], laggards: [] }
    await reports.tell('stuck', 1, JSON.stringify({ ...standing, zones: [] } satisfies Report))
    const proxies = JSON.stringify([{ id: 'p', node: 'behind', replica: 'stuck', warnings: [], types: [] }])
    const document = deflateRawSync(proxies).toString('base64')
    await reports.document('stuck', [{ number: 0, version: 1, document }], 1)
    return reports
  }

  test('all proxies of a replica that has not come to the revision in time are pending', async () => {
    await envoy(b, 'on-b')
    await inSync(b, 1)
    await stuckReplica()
    expect(await pushAndWait(a, 'topology', shop(port++), 1)).toMatchObject({
      proxies: 2,
      acked: 1,
      pending: [{ proxy: 'p', node: 'behind' }],
    })
  })

  test('a replica that has died meanwhile is not waited for any more', async () => {
    await stuckReplica()
    const { api } = a
    const push = pushAndWait(a, 'topology', shop(port++), 30)
    const first = await Promise.race([push, api.get('/v1/revisions?limit=1').then(() => 'others')])
    expect(first).toBe('others')
    const sql = postgres(replicas.database, { max: 1, onnotice() {} })
    await sql`update replica set seen_at = seen_at - interval '1 minute' where id = 'stuck'`
    await sql.end()
    expect(await push).toMatchObject({ proxies: 0, pending: [] })
    expect(await shown(a, 'behind')).toBe(0)
  })

  test('a replica that stops is not waited for, nor are its proxies', async () => {
    await stubborn(c, 'leaving')
    await waitUntil('it to be shown', async () => (await shown(a, 'leaving')) === 1)
    const push = pushAndWait(a, 'topology', shop(port, { connectTimeout: '10s' }), 30)
    open = [a, b]
    await c.close()
    expect(await push).toMatchObject({ proxies: 0, pending: [] })
    expect(await shown(a, 'leaving')).toBe(0)
  })
})
