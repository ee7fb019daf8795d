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

/** A service, and what of it fails: played in a real Envoy, and simulated. */
export interface SimulatedScenario {
  /** Where the requests come from: one of `ENVOY_ZONES`. */
  readonly from: string
  readonly settings: object
  /** The health check but for its active part, which the bed needs. */
  readonly panicThreshold?: number
  readonly endpoints: readonly { readonly zone: string; readonly weight: number }[]
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

/**
 * An Envoy in each zone, and backends that pass health checks or not as a scenario says but answer requests in any case:
 * so it is seen where requests are sent, in a panic too.
 */
export async function openSimulationBed(): Promise<SimulationBed> {
  const bed = await openTestbed()
  const backends = await Promise.all(
    Array.from({ length: MOST_ENDPOINTS }, (_, index) => startAilingBackend(`pod-${index}`)),
  )
  const stands: { zone: string; edge: Edge; envoy: Envoy }[] = []
  const edges = await Promise.all(
    ENVOY_ZONES.map(async zone => ({ name: `edge-${zone}`, port: await freePort() })),
  )
  let played = 0
  const push = async (document: object) => {
    const path = '/v1/sources/test/snapshot'
    const wait = { prefer: 'wait=30' }
    const { body } = await bed.api.call<{ convergence: Convergence }>('PUT', path, document, wait)
    const { nacked, pending } = body.convergence
    if (nacked.length + pending.length > 0) throw new Error(JSON.stringify({ nacked, pending }))
  }
  await push(snapshot('first', { settings: {}, endpoints: [] }, backends, edges))
  for (const [index, zone] of ENVOY_ZONES.entries()) {
    const edge = edges[index] as Edge
    stands.push({ zone, edge, envoy: await bed.envoy({ gateway: edge.name, zone }) })
  }
  return {
    play: async (scenario, requests) => {
      // A name of its own: of a changed cluster Envoy may still use the old one for a while.
      const name = `played-${++played}`
      const health = scenario.endpoints.map((_, index) => !isLost(scenario, index))
      for (const [index, isWell] of health.entries()) backends[index]?.answerChecks(isWell ? 200 : 503)
      await push(snapshot(name, scenario, backends, edges))
      const { edge, envoy } = stands.find(one => one.zone === scenario.from) as (typeof stands)[number]
      const ports = new Map(health.map((isWell, index) => [backends[index]?.port ?? 0, isWell]))
      await healthSeen(envoy, `default/${name}/3000`, ports)
      const { byPod, sent } = await sendRequests(target(edge, '/'), requests)
      const seen: Record<string, number> = {}
      for (const [pod, count] of Object.entries(byPod)) {
        const zone = scenario.endpoints[Number(pod.slice('pod-'.length))]?.zone ?? ''
        seen[zone] = (seen[zone] ?? 0) + count / sent
      }
      const simulated = await simulate(bed.api, name, scenario)
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
  return { topology: { zones: ZONES, services: [service] }, routes: { gateways, routes: [route] } }
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
  { from, endpoints, lose }: SimulatedScenario,
): Promise<Record<string, number>> {
  const lost = {
    zones: (lose.zones ?? []).filter(zone => endpoints.some(one => one.zone === zone)),
    endpoints: (lose.endpoints ?? []).map(index => ({ service, name: `pod-${index}` })),
  }
  const answer = await api.post<SimulationAnswer>('/v1/simulations', { lose: lost, service })
  const pairs = answer.items[0]?.after.zones.filter(pair => pair.from === `r1/${from}`) ?? []
  return Object.fromEntries(pairs.map(({ to, share }) => [to.slice(to.indexOf('/') + 1), share]))
}

function worstDifference(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): number {
  return Math.max(0, ...Object.keys({ ...a, ...b }).map(zone => Math.abs((a[zone] ?? 0) - (b[zone] ?? 0))))
}
