import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Closing } from '../../demo/closing.ts'
import { serveEcho } from '../../demo/echo-server.ts'
import { type Envoy, startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, startLoad } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type Address, parseAddress } from '../../src/address.ts'
import { envoyBootstrap } from '../../src/cli/envoy-bootstrap.ts'
import type { RestTarget } from '../../src/cli/rest-bootstrap.ts'
import { openFetchHandler } from '../../src/fetch-handler.ts'
import type { Convergence, ProxyStatus } from '../../src/model/proxies.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { onPostgres } from '../support/postgres/on-postgres.ts'
import { openReplicas, pushAndWait, type ReplicaBed } from '../support/replicas.ts'
import { openTestbed, SETUP_TIMEOUT } from '../support/testbed.ts'

/** Envoys that ask by REST and know no gRPC; that they serve what others serve is in forms.test.ts. */

let closing: Closing
beforeEach(() => {
  closing = new Closing()
})
afterEach(() => closing.close(), SETUP_TIMEOUT)

const TOKEN = 'secret'

async function startPolling(rest: RestTarget, also?: Address): Promise<Envoy> {
  const admin = `127.0.0.1:${await freePort()}`
  const [host = '', port] = admin.split(':')
  const stand = { id: 'poller', zone: 'zone-a', region: 'r1', gateway: 'edge', token: TOKEN }
  const xds = { host: '127.0.0.1', port: 1 }
  const bootstrap = envoyBootstrap({
    ...stand,
    xds,
    rest,
    form: 'rest',
    admin: { host, port: Number(port) },
  }) as { static_resources: { clusters: { load_assignment: { endpoints: { lb_endpoints: object[] }[] } }[] } }
  if (also) {
    const endpoint = { address: { socket_address: { address: also.host, port_value: also.port } } }
    bootstrap.static_resources.clusters[0]?.load_assignment.endpoints[0]?.lb_endpoints.push({ endpoint })
  }
  return closing.add(await startEnvoy(JSON.stringify(bootstrap), admin))
}

async function echo(pod: string) {
  const server = await serveEcho(pod)
  closing.addWay(() => server.close())
  return server
}

/** Functions behind HTTPS, as a platform has them. */
async function serveFunctions() {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-functions-'))
  closing.addWay(() => rm(folder, { recursive: true, force: true }))
  const database = `sqlite:${join(folder, 'vicinity.db')}`
  const handler = await openFetchHandler({ database, adminToken: TOKEN, logLevel: 'error' })
  closing.addWay(() => handler.close())
  const file = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url))
  const asked = new Set<string>()
  const server = createAdaptorServer({
    fetch: request => {
      asked.add(new URL(request.url).host)
      return handler.fetch(request)
    },
    createServer: createHttpsServer,
    serverOptions: { key: readFileSync(file('localhost.key')), cert: readFileSync(file('localhost.pem')) },
  }) as Server & { closeAllConnections(): void }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.addWay(async () => {
    server.close()
    server.closeAllConnections()
  })
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await handler.fetch(new Request(`https://localhost${path}`, init))
    expect(response.status).toBe(200)
    return response.json()
  }
  const { port } = server.address() as AddressInfo
  return { call, asked, address: { host: 'localhost', port }, trustedCa: file('localhost.pem') }
}

test(
  'an Envoy is served by functions alone, over HTTPS and with a token, and changes arrive',
  async () => {
    const { call, asked, ...rest } = await serveFunctions()
    const [first, second] = [await echo('first'), await echo('second')]
    const target = { address: `127.0.0.1:${await freePort()}`, path: '/', host: 'x' }
    const push = (port: number) =>
      call('PUT', '/v1/sources/east/topology', topology(service('web', [{ port }])))
    await push(first.port)
    await call('PUT', '/v1/sources/east/routes', {
      gateways: [gateway('edge', Number(target.address.split(':')[1]))],
      routes: [route('all', [toService('/', 'web')])],
    })
    const envoy = await startPolling({ ...rest, refreshDelay: 1 })
    expect((await sendRequests(target, 20)).byPod).toEqual({ first: 20 })
    await push(second.port)
    await waitUntil('the change to arrive', async () => (await sendRequests(target, 1)).byPod.second === 1)
    // By this name a platform finds the function.
    expect([...asked]).toEqual(['localhost'])

    await waitUntil('the proxy to have everything', async () => {
      const { items } = (await call('GET', '/v1/proxies')) as { items: ProxyStatus[] }
      return items.length === 1 && items[0]?.form === 'rest' && items[0].synced
    })
    const failures = await envoy.stats('update_(failure|rejected)')
    expect([...failures.values()].every(count => count === 0)).toBe(true)
  },
  SETUP_TIMEOUT,
)

test(
  '[M72] a route that moves to a service which comes in the same push costs no request',
  async () => {
    const bed = await openTestbed()
    closing.addWay(() => bed.close())
    const [blue, green] = [await bed.echo('blue'), await bed.echo('green')]
    const target = { address: `127.0.0.1:${await freePort()}`, path: '/', host: 'x' }
    const edge = gateway('edge', Number(target.address.split(':')[1]))
    const push = ({ pod, port }: { pod: string; port: number }) =>
      bed.api.call<{ convergence: Convergence }>(
        'PUT',
        '/v1/sources/test/snapshot',
        {
          topology: topology(service(pod, [{ port }])),
          routes: { gateways: [edge], routes: [route('all', [toService('/', pod)])] },
        },
        { prefer: 'wait=30' },
      )
    await push(blue)
    await bed.envoy({ form: 'rest' })
    const load = startLoad(target, 100)
    const { convergence } = (await push(green)).body
    expect(convergence).toMatchObject({ proxies: 1, acked: 1 })
    const { failures, byPod } = await load.stop()
    expect(failures).toEqual([])
    expect(Object.keys(byPod).sort()).toEqual(['blue', 'green'])
  },
  SETUP_TIMEOUT,
)

test(
  '[M46] [M48] a listener whose port is taken is refused, shown as refused, and holds back no other',
  async () => {
    const bed = await openTestbed()
    closing.addWay(() => bed.close())
    const { port } = await bed.echo('only')
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    closing.addWay(async () => void blocker.close())
    const free = await freePort()
    const listeners = [free, (blocker.address() as AddressInfo).port].map((port, index) => ({
      name: `http-${index}`,
      address: '127.0.0.1',
      port,
      protocol: 'HTTP',
    }))
    await bed.push('topology', topology(service('web', [{ port }])))
    await bed.push('routes', {
      gateways: [{ name: 'edge', listeners }],
      routes: [route('all', [toService('/', 'web')])],
    })
    await bed.envoy({ form: 'rest' })
    const target = { address: `127.0.0.1:${free}`, path: '/', host: 'x' }
    expect((await sendRequests(target, 20)).byPod).toEqual({ only: 20 })
    const listenerType = async () => {
      const { items } = (await bed.api.get('/v1/proxies')) as { items: ProxyStatus[] }
      return items[0]?.types.find(one => one.typeUrl.endsWith('.Listener'))
    }
    const refused = await waitUntil(
      'the listeners to be refused',
      async () => (await listenerType())?.rejected,
    )
    expect(refused.detail).toMatch(/^asked again with no version/)
    expect((await listenerType())?.status).toBe('NACK')
    const again = await bed.echo('again')
    await bed.push('topology', topology(service('web', [{ port: again.port }])))
    expect((await sendRequests(target, 20)).byPod).toEqual({ again: 20 })
  },
  SETUP_TIMEOUT,
)

await onPostgres(() => {
  test(
    'two replicas answer the same Envoy as one',
    async () => {
      const replicas = await openReplicas(2)
      closing.addWay(() => replicas.close())
      const [a, b] = replicas.all as [ReplicaBed, ReplicaBed]
      const address = (bed: ReplicaBed) => parseAddress(bed.api.address) as Address
      const pods = [await echo('first'), await echo('second')]
      const target = { address: `127.0.0.1:${await freePort()}`, path: '/', host: 'x' }
      const push = (index: number) =>
        pushAndWait(a, 'topology', topology(service('web', [{ port: pods[index]?.port ?? 0 }])))
      await push(0)
      await pushAndWait(a, 'routes', {
        gateways: [gateway('edge', Number(target.address.split(':')[1]))],
        routes: [route('all', [toService('/', 'web')])],
      })
      const envoy = await startPolling({ address: address(a), refreshDelay: 1 }, address(b))
      expect((await sendRequests(target, 20)).byPod).toEqual({ first: 20 })
      const known = (bed: ReplicaBed) => async () => (await bed.proxies('&node=poller')).items.length > 0
      for (const bed of [a, b]) await waitUntil('both to be asked', known(bed))
      await push(1)
      await waitUntil('the change to arrive', async () => (await sendRequests(target, 1)).byPod.second === 1)
      // A version that one replica gave is not news from the other.
      await waitUntil(
        'further polls',
        async () => ((await envoy.stat('cluster_manager.cds.update_attempt')) ?? 0) > 3,
      )
      expect(await envoy.stat('cluster_manager.cds.update_success')).toBe(1)
    },
    SETUP_TIMEOUT,
  )
})
