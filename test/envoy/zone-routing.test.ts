import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { sendRequests } from '../../demo/load.ts'
import { type Edge, HOST, routes, target, topology } from '../../demo/scenario.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

describe("Envoy Gateway's zone-routing scenario", () => {
  let bed: Testbed
  let edges: readonly [Edge, Edge]
  let envoys: readonly Envoy[]

  beforeAll(async () => {
    bed = await openTestbed()
    const local = await bed.echo('zone-routing-backend-local-1')
    const nonlocal = await bed.echo('zone-routing-backend-nonlocal-1')
    edges = [
      { name: 'edge-a', port: await freePort() },
      { name: 'edge-b', port: await freePort() },
    ]
    await bed.push(
      'topology',
      topology([
        { pod: local.pod, port: local.port, zone: 'zone-a' },
        { pod: nonlocal.pod, port: nonlocal.port, zone: 'zone-b' },
      ]),
    )
    await bed.push('routes', routes(edges))
    envoys = [
      await bed.envoy({ gateway: 'edge-a', zone: 'zone-a' }),
      await bed.envoy({ gateway: 'edge-b', zone: 'zone-b' }),
    ]
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  test('every request through zone-a is answered in zone-a', async () => {
    const { byPod, failures } = await sendRequests(target(edges[0]), 200)
    expect({ byPod, failures }).toEqual({ byPod: { 'zone-routing-backend-local-1': 200 }, failures: [] })
  })

  test('every request through zone-b is answered in zone-b', async () => {
    const { byPod, failures } = await sendRequests(target(edges[1]), 200)
    expect({ byPod, failures }).toEqual({ byPod: { 'zone-routing-backend-nonlocal-1': 200 }, failures: [] })
  })

  test('the backend is asked what the client asked', async () => {
    const answer = await request(`127.0.0.1:${edges[0].port}`, {
      method: 'POST',
      path: '/zone-routing/deeper?x=1',
      headers: { host: HOST, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(JSON.parse(answer.text)).toMatchObject({
      path: '/zone-routing/deeper?x=1',
      host: HOST,
      method: 'POST',
      pod: 'zone-routing-backend-local-1',
    })
  })

  test('other hosts and paths are answered with 404', async () => {
    const address = `127.0.0.1:${edges[0].port}`
    const statuses = [
      await request(address, { path: '/zone-routing', headers: { host: 'www.example.org' } }),
      await request(address, { path: '/zone-routing-not', headers: { host: HOST } }),
      await request(address, { path: '/', headers: { host: HOST } }),
    ].map(answer => answer.status)
    expect(statuses).toEqual([404, 404, 404])
  })

  test('both zones stand in each assignment, the own one first', async () => {
    const clusters = await Promise.all(envoys.map(envoy => envoy.page('/clusters')))
    const priorities = clusters.map(text =>
      Object.fromEntries(
        [...text.matchAll(/^default\/zone-routing-backend\/3000::([\d.:]+)::(zone|priority)::(.+)$/gm)].map(
          ([, address, field, value]) => [`${address} ${field}`, value],
        ),
      ),
    )
    for (const [index, own] of ['zone-a', 'zone-b'].entries()) {
      const seen = priorities[index] as Record<string, string>
      const addresses = Object.keys(seen).filter(key => key.endsWith(' zone'))
      expect(addresses).toHaveLength(2)
      for (const key of addresses) {
        const priority = seen[key.replace(/ zone$/, ' priority')]
        expect(priority).toBe(seen[key] === own ? '0' : '1')
      }
    }
  })
})
