import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EchoServer } from '../../demo/echo-server.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { type Edge, routes, target, topology } from '../../demo/scenario.ts'
import { PROXY_FORMS } from '../../src/model/proxies.ts'
import { openTestbed, SETUP_TIMEOUT, type Testbed } from '../support/testbed.ts'

const ZONES = ['zone-a', 'zone-b'] as const

describe("Envoy Gateway's zone-routing scenario, whatever form of the protocol the Envoys speak", () => {
  let bed: Testbed
  const edges: Edge[] = []
  const envoys = new Map<string, Envoy>()
  let backends: readonly EchoServer[]

  const edgeName = (form: string, zone: string) => `edge-${form}-${zone}`
  const answersOf = async (form: string, zone: string, count: number) => {
    const edge = edges.find(({ name }) => name === edgeName(form, zone)) as Edge
    const { byPod, failures } = await sendRequests(target(edge), count)
    return { byPod, failures }
  }
  const push = (pods: readonly EchoServer[]) =>
    bed.push('topology', topology(pods.map(({ pod, port }) => ({ pod, port, zone: pod }))))

  beforeAll(async () => {
    bed = await openTestbed()
    backends = [await bed.echo('zone-a'), await bed.echo('zone-b')]
    for (const form of PROXY_FORMS)
      for (const zone of ZONES) edges.push({ name: edgeName(form, zone), port: await freePort() })
    await push(backends)
    await bed.push('routes', routes(edges))
    for (const form of PROXY_FORMS) {
      for (const zone of ZONES) {
        const gateway = edgeName(form, zone)
        envoys.set(gateway, await bed.envoy({ form, gateway, zone }))
      }
    }
  }, SETUP_TIMEOUT)
  afterAll(() => bed?.close())

  test.each(PROXY_FORMS)('%s: every request is answered in the zone that it came to', async form => {
    await push(backends)
    for (const zone of ZONES)
      expect(await answersOf(form, zone, 200)).toEqual({ byPod: { [zone]: 200 }, failures: [] })
  })

  test.each(PROXY_FORMS)('%s: when a zone is gone every request is answered in the other', async form => {
    await push(backends.slice(1))
    for (const zone of ZONES)
      expect(await answersOf(form, zone, 100)).toEqual({ byPod: { 'zone-b': 100 }, failures: [] })
  })

  test('the proxies say how they speak, and that they have everything', async () => {
    const { items } = (await bed.api.get('/v1/proxies?limit=100')) as {
      items: { form: string; synced: boolean; gateway: string }[]
    }
    for (const form of PROXY_FORMS) {
      const own = items.filter(({ gateway }) => gateway.startsWith(`default/edge-${form}-zone`))
      expect(new Set(own.map(one => `${one.form} ${one.synced}`))).toEqual(new Set([`${form} true`]))
      // An Envoy is one proxy, or with streams of their own one for clusters, listeners, the assignment and the routes.
      expect(own).toHaveLength(form.endsWith('per-type') ? 8 : 2)
    }
  })
})
