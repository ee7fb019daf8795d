import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, startLoad, type Target } from '../../demo/load.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('an Envoy whose control plane goes away', () => {
  let bed: Testbed
  let envoy: Envoy
  let target: Target
  let push: () => Promise<void>

  beforeEach(async () => {
    bed = await openTestbed()
    const port = await freePort()
    target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    const web = await bed.echo('web')
    push = async () => {
      await bed.push('topology', topology(service('web', [{ port: web.port }])))
      await bed.push('routes', {
        gateways: [gateway('edge', port)],
        routes: [route('all', [toService('/', 'web')])],
      })
    }
    await push()
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterEach(() => bed?.close())

  /** Successful and failed updates of every type: each response that Envoy is sent moves one of them. */
  const updates = () =>
    envoy.stats('\\.(update_success|update_rejected|update_empty)$|\\.rds\\..*config_reload$')
  const connected = (value: number) =>
    waitUntil(
      `connected_state ${value}`,
      async () => {
        return (await envoy.stat('control_plane.connected_state')) === value
      },
      { timeout: 15_000 },
    )
  const proxies = () =>
    bed.api.get<{ items: { synced: boolean; types: { typeUrl: string; sent: number }[] }[] }>('/v1/proxies')

  test('keeps serving meanwhile, and is sent nothing that it has by the restarted one', async () => {
    const before = await updates()
    expect(before.get('cluster.default/web/3000.update_success')).toBeGreaterThan(0)
    const load = startLoad(target, 100)
    await bed.restart()
    await connected(1)
    await waitUntil('the proxy to be in sync', async () =>
      (await proxies()).items.some(({ synced }) => synced),
    )
    expect((await load.stop()).failures).toEqual([])
    expect(await updates()).toEqual(before)
    expect((await sendRequests(target, 50)).byPod).toEqual({ web: 50 })
  })

  test('connects anew when its connection is as old as it may get, and is sent nothing that it has', async () => {
    const before = await updates()
    const load = startLoad(target, 100)
    await bed.restart({ maxConnectionAge: '2s' })
    await connected(1)
    const connections = async () => (await envoy.stat('cluster.vicinity.upstream_cx_total')) ?? 0
    const begun = await connections()
    await waitUntil('two more connections', async () => (await connections()) >= begun + 2, {
      timeout: 30_000,
    })
    await waitUntil('the proxy to be in sync', async () =>
      (await proxies()).items.some(({ synced }) => synced),
    )
    expect((await load.stop()).failures).toEqual([])
    expect(await updates()).toEqual(before)
  })

  test('keeps its configuration beside one that has an empty database, until the first push', async () => {
    const load = startLoad(target, 100)
    await bed.restart({ empty: true })
    // The stream is refused or left unanswered, never answered with an empty state: time for Envoy to try and obey.
    const attempts = async () => (await envoy.stat('cluster.vicinity.upstream_rq_total')) ?? 0
    const begun = await attempts()
    await waitUntil('another attempt', async () => (await attempts()) > begun, { timeout: 15_000 })
    const { sent } = load.result()
    await waitUntil('50 more requests', () => load.result().sent >= sent + 50)
    expect((await load.stop()).failures).toEqual([])
    expect(await envoy.page('/clusters')).toContain('default/web/3000::')
    await push()
    await connected(1)
    expect((await sendRequests(target, 50)).byPod).toEqual({ web: 50 })
  })
})
