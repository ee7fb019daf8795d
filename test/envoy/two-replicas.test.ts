import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

let beds: readonly [Testbed, Testbed]
let line: TcpProxy
let envoy: Envoy
let target: Target

/** Both have it: what resources say, and so their versions, comes from the content alone. */
const push = async (part: 'topology' | 'routes', document: object) => {
  for (const bed of beds) await bed.push(part, document)
}
const portOf = ({ xds }: Testbed) => ({ port: Number(xds.split(':').at(-1)) })

beforeEach(async () => {
  beds = [await openTestbed(), await openTestbed()]
  line = await openTcpProxy(portOf(beds[0]))
  const port = await freePort()
  target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
  const web = await beds[0].echo('web')
  await push('topology', topology(service('web', [{ port: web.port }])))
  await push('routes', { gateways: [gateway('edge', port)], routes: [route('all', [toService('/', 'web')])] })
  envoy = await beds[0].envoy({ xds: `127.0.0.1:${line.port}` })
}, SETUP_TIMEOUT)
afterEach(async () => {
  await line?.close()
  for (const bed of beds ?? []) await bed.close()
})

/** Each response that Envoy is sent moves one of these. */
const updates = () =>
  envoy.stats('\\.(update_success|update_rejected|update_empty)$|\\.rds\\..*config_reload$')

const isServedBy = (bed: Testbed) =>
  waitUntil(
    'the Envoy to be in sync',
    async () => {
      const { items } = await bed.api.get<{ items: { synced: boolean; types: unknown[] }[] }>('/v1/proxies')
      return items.some(({ synced, types }) => synced && types.length === 4)
    },
    { timeout: 30_000 },
  )

test('an Envoy that reconnects to another replica is sent nothing that it has, and what is new', async () => {
  const [first, second] = beds
  await isServedBy(first)
  const before = await updates()
  const load = startLoad(target, 100)
  line.retarget(portOf(second))
  await line.cut()
  await line.heal()
  await isServedBy(second)
  expect(await updates()).toEqual(before)

  const other = await second.echo('other')
  await second.push('topology', topology(service('web', [{ port: other.port }])))
  expect((await load.stop()).failures).toEqual([])
  expect((await sendRequests(target, 20)).byPod).toEqual({ other: 20 })
})
