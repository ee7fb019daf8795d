import { setTimeout as sleep } from 'node:timers/promises'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import { type Edge, target } from '../../demo/scenario.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Convergence } from '../../src/model/proxies.ts'
import type { SimulationAnswer } from '../../src/operations/simulation/answer.ts'
import { type AilingBackend, startAilingBackend } from './ailing-backend.ts'
import { openTestbed } from './testbed.ts'

/** A service, and what of it fails or is drained: played in a real Envoy, and simulated. */
export interface SimulatedScenario {
  /** Where the requests come from: one of `ENVOY_ZONES`. */
  readonly from: string
  readonly settings: object
  /** The health check but for its active part, which the bed needs. */
  readonly panicThreshold?: number
  readonly endpoints: readonly { readonly zone: string; readonly weight: number }[]
  /** Zones that are drained, once the simulation of it has been asked for. */
  readonly drain?: readonly string[]
  readonly lose: {
    readonly zones?: readonly string[]
    /** By their place in `endpoints`. */
    readonly endpoints?: readonly number[]
  }
}

interface Played {
  /** Share of the requests by zone, as simulated; none: nobody answers. */
  readonly simulated: Readonly<Record<string, number>>
  /** Share of the requests by zone, as an Envoy sent them. */
  readonly seen: Readonly<Record<string, number>>
  /** The worst difference of a share, 0 to 1. */
  readonly difference: number
}

export interface SimulationBed {
  play(scenario: SimulatedScenario, requests: number): Promise<Played>
  close(): Promise<void>
}

/** In all of them stands an Envoy; endpoints stand in `SCENARIO_ZONES`. */
export const ENVOY_ZONES = ['zone-a', 'zone-b', 'zone-c'] as const
export const SCENARIO_ZONES = [...ENVOY_ZONES, 'zone-d'] as const
const ZONES = [
  ...ENVOY_ZONES.map(zone => ({ zone, region: 'r1', capacity: 4 })),
  { zone: 'zone-d', region: 'r2', capacity: 4 },
]
export const MOST_ENDPOINTS = 12

/** The server writes down at once what its Envoys ask, and never less afterwards. */
const TIMING = { window: 600_000, hold: 0, beat: 20, settle: 20, retry: 100 }
/** One Envoy in each zone. */
const DEMAND = Object.fromEntries(ENVOY_ZONES.map(zone => [zone, 1]))
/** A balanced service so uneven that any demand is worth writing. */
const UNEVEN = {
  name: 'uneven',
  ports: [{ port: 3000 }],
  locality: { mode: 'Balanced' },
  endpoints: [1, 10].map((weight, index) => ({
    name: `pod-${index}`,
    address: '127.0.0.1',
    port: index + 1,
    zone: ENVOY_ZONES[index],
    weight,
  })),
}

/**
 * An Envoy in each zone, and backends that pass health checks or not as a scenario says but answer requests in any case:
 * so it is seen where requests are sent, in a panic too.
 */
export async function openSimulationBed(): Promise<SimulationBed> {
  const bed = await openTestbed(TIMING)
  const backends = await Promise.all(
    Array.from({ length: MOST_ENDPOINTS }, (_, index) => startAilingBackend(`pod-${index}`)),
  )
  const stands: { zone: string; edge: Edge; envoy: Envoy }[] = []
  const edges = await Promise.all(
    ENVOY_ZONES.map(async zone => ({ name: `edge-${zone}`, port: await freePort() })),
  )
  let played = 0
  const write = async (method: 'PUT' | 'POST', path: string, document: object) => {
    const wait = { prefer: 'wait=30' }
    const { body } = await bed.api.call<{ convergence: Convergence }>(method, path, document, wait)
    const { nacked, pending } = body.convergence
    if (nacked.length + pending.length > 0) throw new Error(JSON.stringify({ nacked, pending }))
  }
  const push = (document: object) => write('PUT', '/v1/sources/test/snapshot', document)
  const order = (what: 'drain' | 'undrain', zone: string) => write('POST', `/v1/zones/${zone}/${what}`, {})
  await push(snapshot('first', { settings: {}, endpoints: [] }, backends, edges))
  for (const [index, zone] of ENVOY_ZONES.entries()) {
    const edge = edges[index] as Edge
    // Demand is to stay what the proxies make it, whatever tests send.
    const envoy = await bed.envoy({ gateway: edge.name, zone, loadReports: false })
    stands.push({ zone, edge, envoy })
  }
  await waitUntil(
    'the demand of all zones',
    async () => {
      const { demand } = await bed.api.post<SimulationAnswer>('/v1/simulations', {})
      return ENVOY_ZONES.every(zone => demand.from === 'rows' && demand.before[`r1/${zone}`] === 1)
    },
    { timeout: 30_000, every: 50 },
  )
  return {
    play: async (scenario, requests) => {
      // A name of its own: of a changed cluster Envoy may still use the old one for a while.
      const name = `played-${++played}`
      const health = scenario.endpoints.map((_, index) => !isLost(scenario, index))
      for (const [index, isWell] of health.entries()) backends[index]?.answerChecks(isWell ? 200 : 503)
      await push(snapshot(name, scenario, backends, edges))
      const simulated = await simulate(bed.api, name, scenario)
      for (const zone of scenario.drain ?? []) await order('drain', zone)
      const { edge, envoy } = stands.find(one => one.zone === scenario.from) as (typeof stands)[number]
      const ports = new Map(health.map((isWell, index) => [backends[index]?.port ?? 0, isWell]))
      await healthSeen(envoy, `default/${name}/3000`, ports)
      const { byPod, sent } = await sendRequests(target(edge, '/'), requests)
      const seen: Record<string, number> = {}
      for (const [pod, count] of Object.entries(byPod)) {
        const zone = scenario.endpoints[Number(pod.slice('pod-'.length))]?.zone ?? ''
        seen[zone] = (seen[zone] ?? 0) + count / sent
      }
      for (const zone of scenario.drain ?? []) await order('undrain', zone)
      return { simulated, seen, difference: worstDifference(simulated, seen) }
    },
    close: async () => {
      await bed.close()
      await Promise.all(backends.map(one => one.close()))
    },
  }
}

function isLost({ endpoints, lose }: SimulatedScenario, index: number): boolean {
  return lose.endpoints?.includes(index) || lose.zones?.includes(endpoints[index]?.zone ?? '') || false
}

function snapshot(
  name: string,
  {
    settings,
    panicThreshold,
    endpoints,
  }: Pick<SimulatedScenario, 'settings' | 'panicThreshold' | 'endpoints'>,
  backends: readonly AilingBackend[],
  edges: readonly Edge[],
): object {
  const active = { type: 'HTTP', interval: '100ms', unhealthyThreshold: 1, http: { path: '/healthz' } }
  const service = {
    name,
    ports: [{ port: 3000 }],
    healthCheck: { active, ...(panicThreshold !== undefined && { panicThreshold }) },
    endpoints: endpoints.map((one, index) => ({
      name: backends[index]?.pod,
      address: '127.0.0.1',
      port: backends[index]?.port,
      ...one,
    })),
    ...settings,
  }
  const gateways = edges.map(edge => ({
    name: edge.name,
    listeners: [{ name: 'http', address: '127.0.0.1', port: edge.port, protocol: 'HTTP' }],
  }))
  const rules = [{ backendRefs: [{ name, port: 3000 }] }]
  const route = { name: 'all', kind: 'HTTPRoute', gateways: edges.map(edge => edge.name), rules }
  return { topology: { zones: ZONES, services: [service, UNEVEN] }, routes: { gateways, routes: [route] } }
}

/** Until Envoy knows of each endpoint that it was sent whether it is well, and its workers do too. */
async function healthSeen(envoy: Envoy, cluster: string, health: ReadonlyMap<number, boolean>) {
  await waitUntil(
    `the health of ${cluster}`,
    async () => {
      const lines = [
        ...(await envoy.page('/clusters')).matchAll(/^(.+)::127\.0\.0\.1:(\d+)::health_flags::(.+)$/gm),
      ]
      const own = lines.filter(([, name]) => name === cluster)
      const isSettled = own.every(([, , port, flags]) => health.get(Number(port)) === (flags === 'healthy'))
      const isKnown = (await envoy.stat(`cluster.${cluster}.membership_total`)) === own.length
      return isSettled && isKnown
    },
    { timeout: 30_000, every: 20 },
  )
  // Changes of health reach the workers 20 ms after they are seen (`updateMergeWindow`).
  await sleep(200)
}

async function simulate(
  api: Awaited<ReturnType<typeof openTestbed>>['api'],
  service: string,
  { from, endpoints, drain, lose }: SimulatedScenario,
): Promise<Record<string, number>> {
  const lost = {
    zones: (lose.zones ?? []).filter(zone => endpoints.some(one => one.zone === zone)),
    endpoints: (lose.endpoints ?? []).map(index => ({ service, name: `pod-${index}` })),
  }
  const answer = await api.post<SimulationAnswer>('/v1/simulations', {
    lose: lost,
    drain,
    demand: DEMAND,
    service,
  })
  const pairs = answer.items[0]?.after.zones.filter(pair => pair.from === `r1/${from}`) ?? []
  return Object.fromEntries(pairs.map(({ to, share }) => [to.slice(to.indexOf('/') + 1), share]))
}

function worstDifference(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): number {
  return Math.max(0, ...Object.keys({ ...a, ...b }).map(zone => Math.abs((a[zone] ?? 0) - (b[zone] ?? 0))))
}
