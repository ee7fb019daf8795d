import { setTimeout as sleep } from 'node:timers/promises'
import { Closing } from '../../demo/closing.ts'
import { freePort } from '../../demo/free-port.ts'
import { percentile, rounded } from '../../demo/latency.ts'
import type { RestApi } from '../../demo/rest-api.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from '../acceptance/measure.ts'
import { EagerClient } from '../envoy/eager-client.ts'
import { startEdge } from '../envoy/edge.ts'
import {
  type FleetEndpoint,
  hostname,
  otherEndpoints,
  routes,
  topology,
  upTo,
  ZONES,
} from '../envoy/fleet.ts'
import { processorTimeOf } from '../envoy/processor-time.ts'
import { startRawBackend } from '../envoy/raw-backend.ts'

/**
 * A service moves from one backend to another; counted from just before the PATCH is sent until a client, which sends
 * requests through a real Envoy one after the other, has the first answer of the new one.
 */
const QUICK = process.env.BENCH_QUICK !== undefined
const SIZES = QUICK ? [10, 1_000] : [10, 100, 1_000, 10_000]
const WARM_UP = 10
const CHANGES = QUICK ? 20 : 30
const QUIET_CHANGES = 40
const PAUSE = 50

const SOURCE = '/v1/sources/bench/topology'

const TEXT = [
  'A service moves from one backend to another; counted from just before the PATCH is sent until a client, which sends requests',
  'through a real Envoy one after the other over one connection, has the first answer of the new one. Vicinity runs with SQLite and syncs',
  'each commit. Each service has a route with a hostname of its own, and its endpoints in three zones. Processor time is that of',
  'changes without any traffic, less what both take when nothing happens. Wanted at every size: p50 ≤ 8 ms, p99 ≤ 20 ms. Envoy Gateway in a',
  'cluster on a machine of this size: 17/32 ms with 10, 40/68 ms with 100, 223/289 ms with 1,000 services.',
].join(' ')

const COLUMNS = [
  'services, a route each',
  'first answer, p50 ms',
  'p90 ms',
  'p99 ms',
  'Vicinity, CPU ms per change',
  'Envoy, CPU ms per change',
]

await measure('first-answer', async () => {
  const sizes = []
  for (const services of SIZES) {
    console.error(`first-answer: ${services} services`)
    const closing = new Closing()
    try {
      sizes.push(await firstAnswers(closing, services))
    } finally {
      await closing.close()
    }
  }
  return {
    right: sizes.every(size => size.failed === 0),
    title: 'The first answer of a new endpoint',
    text: TEXT,
    tables: [{ columns: COLUMNS, rows: sizes.map(rowOf) }],
    sizes,
  }
})

type Size = Awaited<ReturnType<typeof firstAnswers>>

async function firstAnswers(closing: Closing, services: number) {
  const backends = [await startRawBackend(closing, 'A'), await startRawBackend(closing, 'B')] as const
  const vicinity = await freshVicinity(closing)
  const port = await freePort()
  const indexes = upTo(services)
  /** One in the zone of the Envoy, and two that stand by. */
  const endpointsAt = (backend: number): FleetEndpoint[] => [
    { address: '127.0.0.1', port: backend, zone: ZONES[0] },
    { address: '10.0.0.1', port: 8080, zone: ZONES[1] },
    { address: '10.0.0.2', port: 8080, zone: ZONES[2] },
  ]
  await vicinity.api.put(
    SOURCE,
    topology(indexes, () => endpointsAt(backends[0])),
  )
  await vicinity.api.put('/v1/sources/bench/routes', routes(indexes, port))
  const envoy = await startEdge(closing, vicinity.xds)
  // It gives up waiting for its first routes after 15 s, and on a busy machine thousands of clusters take longer.
  await waitUntil('the Envoy to have everything', () => hasEverything(vicinity.api), { timeout: 120_000 })

  const isMoved = new Set<number>()
  const move = (service: number) => {
    const goal = isMoved.delete(service) ? 0 : 1
    if (goal === 1) isMoved.add(service)
    const said = vicinity.api.patch(SOURCE, otherEndpoints(service, endpointsAt(backends[goal])))
    return { name: goal === 1 ? 'B' : 'A', said }
  }
  const inTurn = (turn: number) => (turn * 7) % services

  const times: number[] = []
  let failed = 0
  let requests = 0
  for (let turn = 0; turn < WARM_UP + CHANGES; turn += 1) {
    await sleep(PAUSE)
    const one = await firstAnswer(port, inTurn(turn), move)
    failed += one.failed
    requests += one.requests
    if (turn >= WARM_UP) times.push(one.ms)
  }

  const pids = [vicinity.pid, envoy.pid]
  const spend = async (act: (turn: number) => Promise<unknown>) => {
    const before = await Promise.all(pids.map(processorTimeOf))
    for (let turn = 0; turn < QUIET_CHANGES; turn += 1) {
      await act(turn)
      await sleep(PAUSE)
    }
    const after = await Promise.all(pids.map(processorTimeOf))
    return after.map((time, index) => (time - (before[index] as number)) / QUIET_CHANGES)
  }
  const idle = await spend(async () => {})
  const busy = await spend(turn => move(inTurn(turn)).said)
  const perChange = busy.map((time, index) => rounded(time - (idle[index] as number)))
  return {
    services,
    failed,
    requests,
    p50: rounded(percentile(times, 0.5)),
    p90: rounded(percentile(times, 0.9)),
    p99: rounded(percentile(times, 0.99)),
    vicinityMs: perChange[0] as number,
    envoyMs: perChange[1] as number,
  }
}

async function hasEverything(api: RestApi): Promise<boolean> {
  const { items } = await api.get<{ items: { synced: boolean }[] }>('/v1/proxies')
  return items.length > 0 && items.every(({ synced }) => synced)
}

/** Moves a service while a client asks for it, until the new backend answers. */
async function firstAnswer(
  port: number,
  service: number,
  move: (service: number) => { name: string; said: Promise<unknown> },
): Promise<{ ms: number; failed: number; requests: number }> {
  let failed = 0
  let goal: string | undefined
  let arrive: (at: number) => void = () => {}
  const arriving = new Promise<number>(resolve => {
    arrive = resolve
  })
  const client = await EagerClient.start(port, hostname(service), (status, body) => {
    if (status !== 200) failed += 1
    if (body === goal) arrive(performance.now())
  })
  await sleep(PAUSE)
  const began = performance.now()
  const { name, said } = move(service)
  goal = name
  const arrived = await arriving
  client.stop()
  await said
  return { ms: arrived - began, failed, requests: client.requests }
}

function rowOf({ services, p50, p90, p99, vicinityMs, envoyMs }: Size): number[] {
  return [services, p50, p90, p99, vicinityMs, envoyMs]
}
