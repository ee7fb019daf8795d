import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, type Target } from '../../demo/load.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const COUNT = /^envoy_cluster_upstream_rq_time_count\{.*"default\/web\/3000".*\} (\d+)$/m

describe('the statistics of an Envoy with the bootstrap of ours', () => {
  let bed: Testbed
  let envoy: Envoy
  let target: Target

  beforeAll(async () => {
    bed = await openTestbed()
    const port = await freePort()
    target = { address: `127.0.0.1:${port}`, path: '/', host: 'x' }
    const web = await bed.echo('web')
    await bed.push('topology', topology(service('web', [{ port: web.port }])))
    await bed.push('routes', {
      gateways: [gateway('edge', port)],
      routes: [route('all', [toService('/', 'web')])],
    })
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const scrape = async () => Number(COUNT.exec(await envoy.page('/stats/prometheus'))?.[1] ?? 0)

  test('are summed when somebody asks for them, and shown to the next who asks', async () => {
    await sendRequests(target, 20)
    await scrape()
    expect(await scrape()).toBe(20)
    await sendRequests(target, 10)
    await scrape()
    expect(await scrape()).toBe(30)
  })
})
