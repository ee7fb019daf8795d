import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { gateway, route, service, topology, toService } from '../support/documents.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe('a service that is not there', () => {
  let bed: Testbed
  let envoy: Envoy
  let address: string
  let port: number

  beforeAll(async () => {
    bed = await openTestbed()
    const listener = await freePort()
    address = `127.0.0.1:${listener}`
    port = (await bed.echo('web')).port
    await bed.push('topology', topology(service('web', [{ port }]), service('empty', [])))
    const rules = ['web', 'empty', 'unknown'].map(name => toService(`/${name}`, name))
    await bed.push('routes', { gateways: [gateway('edge', listener)], routes: [route('all', rules)] })
    envoy = await bed.envoy({})
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const status = async (path: string) => (await request(address, { path, headers: { host: 'x' } })).status

  test('neither an empty nor an unknown one holds Envoy back', async () => {
    const timeouts = await envoy.stats('init_fetch_timeout$')
    expect(timeouts.size).toBeGreaterThan(0)
    expect([...timeouts].filter(([, count]) => count > 0)).toEqual([])
    expect([await status('/web'), await status('/empty'), await status('/unknown')]).toEqual([200, 503, 500])
  })

  test('losing its endpoints empties it at once, and it serves again when they return', async () => {
    await bed.push('topology', topology(service('web', []), service('empty', [])))
    expect(await status('/web')).toBe(503)
    expect(await envoy.stat('cluster.default/web/3000.membership_total')).toBe(0)
    await bed.push('topology', topology(service('web', [{ port }]), service('empty', [])))
    expect(await status('/web')).toBe(200)
  })

  test('removed it answers 500, and it serves again when it returns', async () => {
    await bed.push('topology', topology(service('empty', [])))
    expect(await status('/web')).toBe(500)
    expect(await envoy.page('/clusters')).not.toContain('default/web/3000::')
    await bed.push('topology', topology(service('web', [{ port }]), service('empty', [])))
    expect(await status('/web')).toBe(200)
  })

  test('an unknown one serves as soon as it is pushed', async () => {
    await bed.push('topology', topology(service('web', [{ port }]), service('unknown', [{ port }])))
    expect(await status('/unknown')).toBe(200)
  })
})
