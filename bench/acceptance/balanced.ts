import { serveEcho } from '../../demo/echo-server.ts'
import { startEnvoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { HOST } from '../../demo/scenario.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { bootstrap, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { Follower } from './delta-stream.ts'
import { measure } from './measure.ts'

/**
 * Zones whose clients ask 8:1:1 and that have different numbers of endpoints: how much stays in its zone, and how loaded
 * the busiest endpoint is against the mean, in mode Balanced and in two others. One Envoy a zone, requests in the ratio
 * of the demand, which is the number of proxies: Envoys and other streams.
 */
const DEMAND = { 'zone-a': 8, 'zone-b': 1, 'zone-c': 1 } as const
type Zone = keyof typeof DEMAND
const ZONES = Object.keys(DEMAND) as Zone[]
const TOTAL = 10
/** Requests for one unit of demand. */
const REQUESTS = 400
const REGION = 'r1'

const MODES = {
  balanced: { locality: { mode: 'Balanced' } },
  'same-zone': { trafficDistribution: 'PreferSameZone' },
  'cluster-wide': {},
} as const
type Mode = keyof typeof MODES
const MODE_NAMES = Object.keys(MODES) as Mode[]

interface Layout {
  /** Endpoints of zone-a, zone-b and zone-c. */
  readonly counts: readonly [number, number, number]
  /** Of the endpoints of each zone, in turns; else 1. */
  readonly weights?: readonly number[]
  readonly balancer: 'LeastRequest' | 'RoundRobin'
}

const COUNTS = [
  [3, 3, 3],
  [4, 4, 3],
  [10, 1, 1],
  [1, 1, 10],
] as const
const LAYOUTS: readonly Layout[] = [
  ...COUNTS.map(counts => ({ counts, balancer: 'LeastRequest' as const })),
  ...COUNTS.map(counts => ({ counts, balancer: 'RoundRobin' as const })),
  { counts: [3, 3, 3], weights: [1, 1, 4], balancer: 'LeastRequest' },
]

/** An endpoint that answers as `pod` wherever it stands. */
interface Endpoint {
  readonly name: string
  readonly port: number
  readonly zone: Zone
  readonly weight: number
}

function endpointsOf({ counts, weights = [1] }: Layout, ports: ReadonlyMap<string, number>): Endpoint[] {
  return ZONES.flatMap((zone, index) =>
    Array.from({ length: counts[index] ?? 0 }, (_, place) => {
      const name = podName(zone, place)
      return { name, port: ports.get(name) ?? 0, zone, weight: weights[place % weights.length] ?? 1 }
    }),
  )
}

function podName(zone: Zone, place: number): string {
  return `${zone}/${place}`
}

async function push({ api }: Vicinity, { balancer }: Layout, endpoints: readonly Endpoint[]): Promise<void> {
  const services = MODE_NAMES.map(name => ({
    name,
    ...MODES[name],
    loadBalancer: { type: balancer },
    ports: [{ port: 80 }],
    endpoints: endpoints.map(one => ({ ...one, name: one.name.replace('/', '-'), address: '127.0.0.1' })),
  }))
  const zones = ZONES.map(zone => ({ zone, region: REGION }))
  await api.call('PUT', '/v1/sources/bench/topology', { zones, services }, { prefer: 'wait=10' })
}

function routes(ports: Readonly<Record<Zone, number>>): object {
  return {
    gateways: ZONES.map(zone => ({
      name: zone,
      listeners: [{ name: 'http', address: '127.0.0.1', port: ports[zone], protocol: 'HTTP' }],
    })),
    routes: MODE_NAMES.map(name => ({
      name,
      kind: 'HTTPRoute',
      gateways: ZONES,
      hostnames: [HOST],
      rules: [{ matches: [{ path: { value: `/${name}` } }], backendRefs: [{ name, port: 80 }] }],
    })),
  }
}

/** What explain says of each zone: the share of its requests that stays. */
async function promisedInZone({ api }: Vicinity, mode: Mode): Promise<number> {
  let inZone = 0
  for (const zone of ZONES) {
    const path = `/v1/services/default/${mode}/assignment?zone=${zone}`
    const { endpoints } = (await api.call<Explanation>('GET', path)).body
    const own = endpoints.filter(one => one.zone === zone).reduce((sum, one) => sum + one.share, 0)
    inZone += (own * DEMAND[zone]) / TOTAL
  }
  return inZone
}

async function row(mode: Mode, endpoints: readonly Endpoint[], ports: Readonly<Record<Zone, number>>) {
  const answered = await Promise.all(
    ZONES.map(async zone => {
      const target = { address: `127.0.0.1:${ports[zone]}`, path: `/${mode}`, host: HOST }
      return { zone, ...(await sendRequests(target, DEMAND[zone] * REQUESTS)) }
    }),
  )
  const loads = new Map<string, number>()
  let inZone = 0
  for (const { zone, byPod } of answered) {
    for (const [pod, count] of Object.entries(byPod)) {
      loads.set(pod, (loads.get(pod) ?? 0) + count)
      if (pod.startsWith(`${zone}/`)) inZone += count
    }
  }
  const sent = TOTAL * REQUESTS
  const weight = endpoints.reduce((sum, one) => sum + one.weight, 0)
  const loadOf = (some: readonly Endpoint[]) => {
    const [load, own] = some.reduce(
      ([sum, weights], one) => [sum + (loads.get(one.name) ?? 0), weights + one.weight],
      [0, 0],
    )
    return own === 0 ? 0 : load / own / (sent / weight)
  }
  return {
    failed: answered.reduce((sum, one) => sum + one.failures.length, 0),
    inZone: inZone / sent,
    busiestEndpoint: Math.max(...endpoints.map(one => loadOf([one]))),
    busiestZone: Math.max(...ZONES.map(zone => loadOf(endpoints.filter(one => one.zone === zone)))),
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8)
const times = (load: number) => load.toFixed(2).padStart(9)

await measure('balanced', async closing => {
  const vicinity = await freshVicinity(closing)
  const pods = new Map<string, number>()
  for (const zone of ZONES) {
    for (let place = 0; place < 10; place += 1) {
      const server = await serveEcho(podName(zone, place))
      closing.addWay(() => server.close())
      pods.set(server.pod, server.port)
    }
  }
  const ports = { 'zone-a': await freePort(), 'zone-b': await freePort(), 'zone-c': await freePort() }
  await vicinity.api.put('/v1/sources/bench/routes', routes(ports))
  for (const zone of ZONES) {
    const admin = `127.0.0.1:${await freePort()}`
    const where = { id: `envoy-${zone}`, zone, region: REGION, gateway: zone, xds: vicinity.xds, admin }
    closing.add(await startEnvoy(await bootstrap(where), admin))
    for (let index = 1; index < DEMAND[zone]; index += 1) {
      const proxy = new Follower(vicinity.xds, {
        id: `${zone}-${index}`,
        gateway: zone,
        region: REGION,
        zone,
      })
      closing.addWay(async () => proxy.close())
      proxy.connect()
    }
  }
  await waitUntil('all proxies', async () => {
    const { total } = (await vicinity.api.call<{ total: number }>('GET', '/v1/proxies')).body
    return total === TOTAL
  })

  console.error('endpoints  balancer      mode          in-zone  promised  busiest endpoint, zone')
  const rows: object[] = []
  let right = true
  for (const layout of LAYOUTS) {
    const endpoints = endpointsOf(layout, pods)
    await push(vicinity, layout, endpoints)
    const path = '/v1/services/default/balanced/assignment?zone=zone-a'
    await waitUntil('the demand to be written', async () =>
      (await vicinity.api.call<Explanation>('GET', path)).body.notes[0]?.includes(' asks for 8 of 10 '),
    )
    for (const mode of MODE_NAMES) {
      const promised = await promisedInZone(vicinity, mode)
      const seen = await row(mode, endpoints, ports)
      const isKept = mode !== 'balanced' || seen.busiestZone < 1.1 + 0.05
      right &&= seen.failed === 0 && Math.abs(seen.inZone - promised) < 0.03 && isKept
      const shape = layout.counts.join(':') + (layout.weights ? '*' : '')
      rows.push({ endpoints: shape, balancer: layout.balancer, mode, promised, ...seen })
      console.error(
        `${shape.padEnd(10)} ${layout.balancer.padEnd(13)} ${mode.padEnd(12)} ${percent(seen.inZone)} ${percent(promised)} ${times(seen.busiestEndpoint)} ${times(seen.busiestZone)}`,
      )
    }
  }
  console.error('* endpoints of weight 1, 1 and 4 in each zone; loads are by weight')
  return { right, demand: DEMAND, requests: TOTAL * REQUESTS, rows }
})
