import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests, startLoad } from '../../demo/load.ts'
import { type Edge, routes, target } from '../../demo/scenario.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const SHARES = { 'zone-a': 80, 'zone-b': 15, 'zone-c': 5 }

describe('a service that shares the requests of zone-a out, through real Envoys', () => {
  let bed: Testbed
  let edges: readonly [Edge, Edge]
  let pods: readonly EchoServer[]

  beforeAll(async () => {
    bed = await openTestbed()
    pods = await Promise.all(['a-1', 'a-2', 'b-1', 'c-1', 'c-2'].map(pod => bed.echo(pod)))
    edges = [
      { name: 'edge-a', port: await freePort() },
      { name: 'edge-b', port: await freePort() },
    ]
    await push({ distribute: [{ from: 'zone-a', to: SHARES }] })
    await bed.push('routes', routes(edges))
    await bed.envoy({ gateway: 'edge-a', zone: 'zone-a' })
    await bed.envoy({ gateway: 'edge-b', zone: 'zone-b' })
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  const push = (locality: object, present = pods) =>
    bed.push('topology', {
      zones: ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: 'r1' })),
      services: [
        {
          name: 'zone-routing-backend',
          trafficDistribution: 'PreferSameZone',
          ports: [{ port: 3000 }],
          locality,
          endpoints: present.map(({ pod, port }) => ({
            name: pod,
            address: '127.0.0.1',
            port,
            zone: `zone-${pod[0]}`,
          })),
        },
      ],
    })
  /** The share that each zone had of `count` requests; all of them must have been answered. */
  const shares = async (edge: Edge, count: number) => {
    const { byPod, failures } = await sendRequests(target(edge), count)
    expect(failures).toEqual([])
    const byZone: Record<string, number> = {}
    for (const [pod, requests] of Object.entries(byPod)) {
      const zone = `zone-${pod[0]}`
      byZone[zone] = (byZone[zone] ?? 0) + requests / count
    }
    return byZone
  }
  const expected = async (zone: string) => {
    const path = `/v1/services/default/zone-routing-backend/assignment?zone=${zone}`
    const byZone: Record<string, number> = {}
    for (const one of (await bed.api.call<Explanation>('GET', path)).body.endpoints) {
      if (one.chosen) byZone[one.zone] = (byZone[one.zone] ?? 0) + one.share
    }
    return byZone
  }
  const worstDifference = (a: Record<string, number>, b: Record<string, number>) =>
    Math.max(...Object.keys({ ...a, ...b }).map(zone => Math.abs((a[zone] ?? 0) - (b[zone] ?? 0))))

  test('has the shares that explain promises, within 3 points of 2,000 requests', async () => {
    const promised = await expected('zone-a')
    expect(promised['zone-a']).toBeCloseTo(0.8)
    const seen = await shares(edges[0], 2000)
    expect(worstDifference(seen, promised), JSON.stringify(seen)).toBeLessThan(0.03)
  })

  test('leaves the proxies of another zone in their zone', async () => {
    expect(await shares(edges[1], 500)).toEqual({ 'zone-b': 1 })
  })

  test('gives the share of a zone without endpoints to the others', async () => {
    await push(
      { distribute: [{ from: 'zone-a', to: SHARES }] },
      pods.filter(({ pod }) => !pod.startsWith('a')),
    )
    const seen = await shares(edges[0], 1000)
    expect(worstDifference(seen, { 'zone-b': 0.75, 'zone-c': 0.25 }), JSON.stringify(seen)).toBeLessThan(0.06)
  })

  test('keeps zones that are not named behind for the day that the named ones fail', async () => {
    const gone = await bed.echo('b-gone')
    await gone.close()
    const dead = { ...gone, pod: 'b-dead' }
    const named = [...pods.filter(({ pod }) => pod.startsWith('c')), dead]
    await push({ distribute: [{ from: 'zone-a', to: { 'zone-b': 1 } }] }, named)
    expect(await shares(edges[0], 200)).toEqual({ 'zone-c': 1 })
  })

  test('is switched on and off while requests go on, and none fails', async () => {
    const load = startLoad(target(edges[0]), 200)
    const elsewhere = () => {
      const { byPod } = load.result()
      return (byPod['b-1'] ?? 0) + (byPod['c-1'] ?? 0) + (byPod['c-2'] ?? 0)
    }
    for (let round = 0; round < 8; round += 1) {
      const before = elsewhere()
      await push({ distribute: [{ from: 'zone-a', to: { 'zone-b': 1, 'zone-c': 1 } }] })
      await waitUntil('requests to leave the zone', () => elsewhere() > before + 4, { every: 2 })
      await push({})
      const { sent } = load.result()
      await waitUntil('requests to go on', () => load.result().sent >= sent + 8, { every: 2 })
    }
    expect((await load.stop()).failures).toEqual([])
    expect(await shares(edges[0], 100)).toEqual({ 'zone-a': 1 })
  })
})
