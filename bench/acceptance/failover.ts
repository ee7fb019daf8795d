import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Backend, startBackend } from '../../demo/backend.ts'
import type { Closing } from '../../demo/closing.ts'
import { sendRequests, startLoad } from '../../demo/load.ts'
import type { RestApi } from '../../demo/rest-api.ts'
import { HOST, target } from '../../demo/scenario.ts'
import { freshVicinity, openStage, type Stage } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from './measure.ts'

/**
 * The only backend of a zone fails in different ways while another zone has one that is well: how many of 2,000
 * requests fail, by default, with health checks, and with routes that limit each attempt besides.
 */
const REQUESTS = 2_000
const BEFORE = 400
const RATE = 200

const CHECKS = {
  active: {
    type: 'HTTP',
    interval: '1s',
    timeout: '500ms',
    unhealthyThreshold: 2,
    http: { path: '/healthz' },
  },
  passive: { consecutive5XxErrors: 5, interval: '1s', baseEjectionTime: '5s' },
}
const LIMITED = { timeouts: { backendRequest: '500ms' }, retry: { attempts: 2 } }

const PROTECTIONS = {
  defaults: {},
  'health checks': { settings: { healthCheck: CHECKS } },
  'health checks, attempts limited': { settings: { healthCheck: CHECKS }, rule: LIMITED },
} as const

/** A backend in this process that answers 503 from a moment on; whether it then passes checks is another question. */
interface Failing extends Pick<Backend, 'pod' | 'port'> {
  fail(stage: Stage): void
  /** What must be made good before the next row. */
  heal?(stage: Stage): Promise<unknown>
}

async function startFailing(closing: Closing, passesChecks: boolean): Promise<Failing> {
  let fails = false
  const server = createServer(({ url = '' }, response) => {
    const isWell = !fails || (passesChecks && url === '/healthz')
    response.writeHead(isWell ? 200 : 503).end(JSON.stringify({ pod: 'local' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.addWay(async () => server.closeAllConnections())
  return {
    pod: 'local',
    port: (server.address() as AddressInfo).port,
    fail: () => {
      fails = true
    },
  }
}

async function failingProcess(closing: Closing, how: (backend: Backend) => unknown): Promise<Failing> {
  const backend = closing.add(await startBackend('local'))
  return { pod: backend.pod, port: backend.port, fail: () => void how(backend) }
}

/** The zone goes by what is said of it: its backend is well until then, and killed when Envoys know. */
async function failingZone(
  closing: Closing,
  order: (api: RestApi, others: object) => Promise<unknown>,
): Promise<Failing> {
  const backend = closing.add(await startBackend('local'))
  const { pod, port } = backend
  const fail = ({ vicinity, nonlocal }: Stage) =>
    void order(vicinity.api, { services: [service([nonlocalEndpoint(nonlocal)])] }).then(() => backend.kill())
  return { pod, port, fail }
}

const TOPOLOGY = '/v1/sources/failover/topology'

const FAULTS: Readonly<Record<string, (closing: Closing) => Promise<Failing>>> = {
  killed: closing => failingProcess(closing, backend => backend.kill()),
  hung: closing => failingProcess(closing, backend => backend.hang()),
  'answers 503': closing => startFailing(closing, false),
  'answers 503, passes checks': closing => startFailing(closing, true),
  'zone removed by a push': closing =>
    failingZone(closing, (api, others) => api.putAndWait(TOPOLOGY, others)),
  'zone drained': async closing => ({
    ...(await failingZone(closing, api => api.call('POST', '/v1/zones/zone-a/drain', {}, WAIT))),
    heal: ({ vicinity }) => vicinity.api.call('POST', '/v1/zones/zone-a/undrain', {}, WAIT),
  }),
}
const WAIT = { prefer: 'wait=10' }

interface Protection {
  readonly settings?: object
  readonly rule?: object
}

function service(endpoints: readonly object[], settings: object = {}): object {
  return { name: 'web', trafficDistribution: 'PreferSameZone', ports: [{ port: 80 }], endpoints, ...settings }
}

function nonlocalEndpoint({ port }: Backend): object {
  return { address: '127.0.0.1', port, zone: 'zone-b' }
}

async function push({ vicinity, edges, nonlocal }: Stage, local: Failing, { settings, rule }: Protection) {
  const endpoints = [{ address: '127.0.0.1', port: local.port, zone: 'zone-a' }, nonlocalEndpoint(nonlocal)]
  const route = {
    name: 'web',
    kind: 'HTTPRoute',
    gateways: ['edge-a'],
    hostnames: [HOST],
    rules: [{ matches: [{ path: { value: '/web' } }], backendRefs: [{ name: 'web', port: 80 }], ...rule }],
  }
  const document = { topology: { services: [service(endpoints, settings)] }, routes: { routes: [route] } }
  await vicinity.api.putAndWait('/v1/sources/failover/snapshot', document)
  return target(edges[0], '/web')
}

async function row(closing: Closing, stage: Stage, fault: string, protection: Protection) {
  const local = await (FAULTS[fault] as (typeof FAULTS)[string])(closing)
  const address = await push(stage, local, protection)
  // A checked endpoint that is new to Envoy is used after its first check.
  await waitUntil('the local backend to answer', async () => {
    return (await sendRequests(address, 1)).byPod[local.pod] === 1
  })
  const load = startLoad(address, RATE, { connections: REQUESTS })
  const sent = (count: number) =>
    waitUntil('requests', () => load.result().sent >= count, { timeout: 60_000 })
  await sent(BEFORE)
  const { byPod, failures: early } = load.result()
  const failedAt = (BEFORE / RATE) * 1000
  local.fail(stage)
  await sent(REQUESTS)
  const { failures } = await load.stop()
  await local.heal?.(stage)
  const last = Math.max(failedAt, ...failures.map(({ at }) => at))
  return {
    failed: failures.length,
    lastFailedAfterMs: failures.length > 0 ? last - failedAt : 0,
    wellBefore: early.length === 0 && Object.keys(byPod).join() === 'local',
  }
}

/** Nobody may notice these, checked or not. */
const LOSSLESS = ['killed', 'zone removed by a push', 'zone drained']

await measure('failover', async closing => {
  const stage = await openStage(closing, await freshVicinity(closing))
  const rows: ({ fault: string; protection: string } & Awaited<ReturnType<typeof row>>)[] = []
  for (const fault of Object.keys(FAULTS)) {
    for (const [protection, given] of Object.entries(PROTECTIONS)) {
      rows.push({ fault, protection, ...(await row(closing, stage, fault, given)) })
      console.error(JSON.stringify(rows.at(-1)))
    }
  }
  const failed = (fault: string, protection: string) =>
    rows.find(one => one.fault === fault && one.protection === protection)?.failed
  const right =
    rows.every(one => one.wellBefore) &&
    rows.every(one => !LOSSLESS.includes(one.fault) || one.failed === 0) &&
    failed('hung', 'health checks, attempts limited') === 0
  return { right, requests: REQUESTS, rows }
})
