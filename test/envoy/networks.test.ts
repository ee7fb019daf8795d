import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, type Target } from '../../demo/load.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

/** An Envoy of source east, and one of source west that is the way into west's network. */
let bed: Testbed
let target: Target
let local: EchoServer
let remote: EchoServer
let entry: Envoy
let entryPort: number

beforeAll(async () => {
  bed = await openTestbed()
  local = await bed.echo('local')
  remote = await bed.echo('remote')
  const port = await freePort()
  entryPort = await freePort()
  target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
  await bed.push('routes', {
    gateways: [gateway('edge', port), gateway('entry', entryPort)],
    routes: [route('all', [toService('/', 'web')], { gateways: ['edge', 'entry'] })],
  })
  await push('east', [{ name: local.pod, port: local.port }])
  await push('west', [{ name: remote.pod, port: remote.port, zone: 'zone-b' }])
  await bed.envoy({ source: 'east' })
  entry = await bed.envoy({ gateway: 'entry', zone: 'zone-b', source: 'west' })
}, SETUP_TIMEOUT)
afterAll(() => bed?.close())

beforeEach(async () => {
  await configure('east', { network: 'net-e' })
  await configure('west', { network: 'net-w', gateways: [{ address: '127.0.0.1', port: entryPort }] })
  await push('east', [{ name: local.pod, port: local.port }])
})

const push = (source: string, endpoints: Parameters<typeof service>[1]) =>
  bed.push('topology', topology(service('web', endpoints, { trafficDistribution: 'PreferSameZone' })), source)
const configure = (source: string, settings: object) =>
  bed.api.call('PUT', `/v1/sources/${source}/settings`, settings, { prefer: 'wait=10' })

/** Who answers 20 requests to the Envoy in east, and how many of them came through the gateway. */
async function answers() {
  const passed = () => entry.stat('cluster.default/web/3000.upstream_rq_total')
  const before = (await passed()) ?? 0
  const { byPod, failures } = await sendRequests(target, 20)
  expect(failures).toEqual([])
  return { ...byPod, throughGateway: ((await passed()) ?? 0) - before }
}

test('requests that leave the network go through the gateway of the other one', async () => {
  expect(await answers()).toEqual({ local: 20, throughGateway: 0 })
  await push('east', [])
  expect(await answers()).toEqual({ remote: 20, throughGateway: 20 })
})

test('a network that names no gateways any more is sent to directly', async () => {
  await push('east', [])
  await configure('west', { network: 'net-w' })
  expect(await answers()).toEqual({ remote: 20, throughGateway: 0 })
})

test('a proxy on the network of the endpoints is sent to them directly, whatever its source', async () => {
  await push('east', [])
  await configure('east', { network: 'net-w' })
  expect(await answers()).toEqual({ remote: 20, throughGateway: 0 })
})
