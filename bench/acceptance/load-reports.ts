import { join } from 'node:path'
import type { Closing } from '../../demo/closing.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { startEdge, temporaryFolder } from '../../demo/stage.ts'
import { startVicinity, type Vicinity } from '../../demo/vicinity.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { type RecordingBackend, startRecordingBackend } from '../../test/support/recording-backend.ts'
import { measure } from './measure.ts'

/**
 * 5,000 requests through a real Envoy in each of three zones to two services, half of them before the services prefer
 * their zone and half after: whether `GET /v1/traffic` says, for each service and pair of zones, what the backends have
 * counted themselves; and the in-zone share that was promised beside the one that came.
 */
const ZONES = { 'zone-a': 1_000, 'zone-b': 900, 'zone-c': 600 } as const
type Zone = keyof typeof ZONES
const ZONE_NAMES = Object.keys(ZONES) as Zone[]
const SERVICES = ['web', 'cart'] as const
const ENDPOINTS = {
  web: ['zone-a', 'zone-a', 'zone-b', 'zone-c'],
  cart: ['zone-a', 'zone-b', 'zone-c'],
} as const
const AT_ONCE = 16

/** By "service from to". */
type Matrix = Record<string, number>

interface Backend extends RecordingBackend {
  readonly service: (typeof SERVICES)[number]
  readonly zone: Zone
}

interface Bed {
  readonly vicinity: Vicinity
  readonly backends: readonly Backend[]
  readonly envoys: ReadonlyMap<Zone, { readonly envoy: Envoy; readonly address: string }>
}

async function open(closing: Closing): Promise<Bed> {
  const database = join(await temporaryFolder(closing), 'vicinity.db')
  const vicinity = closing.add(await startVicinity({ database, flags: ['--load-interval', '1s'] }))
  const backends = await Promise.all(
    SERVICES.flatMap(service =>
      ENDPOINTS[service].map(async (zone, index) => {
        const backend = await startRecordingBackend(`${service}-${index}`)
        closing.addWay(() => backend.close())
        return { ...backend, service, zone }
      }),
    ),
  )
  const envoys = new Map<Zone, { envoy: Envoy; address: string }>()
  const ports = new Map(await Promise.all(ZONE_NAMES.map(async zone => [zone, await freePort()] as const)))
  await vicinity.api.put('/v1/sources/bench/routes', routes(ports))
  await push(vicinity, backends, {})
  for (const [zone, port] of ports) {
    const envoy = closing.add(await startEdge(vicinity, { gateway: zone, zone }))
    envoys.set(zone, { envoy, address: `127.0.0.1:${port}` })
  }
  return { vicinity, backends, envoys }
}

function routes(ports: ReadonlyMap<Zone, number>): object {
  return {
    gateways: [...ports].map(([name, port]) => ({
      name,
      listeners: [{ name: 'http', address: '127.0.0.1', port, protocol: 'HTTP' }],
    })),
    routes: SERVICES.map(name => ({
      name,
      kind: 'HTTPRoute',
      gateways: ZONE_NAMES,
      rules: [{ matches: [{ path: { value: `/${name}` } }], backendRefs: [{ name, port: 80 }] }],
    })),
  }
}

async function push({ api }: Vicinity, backends: readonly Backend[], settings: object): Promise<void> {
  await api.putAndWait('/v1/sources/bench/topology', {
    zones: ZONE_NAMES.map(zone => ({ zone, region: 'r1' })),
    services: SERVICES.map(name => ({
      name,
      ...settings,
      ports: [{ port: 80 }],
      endpoints: backends
        .filter(({ service }) => service === name)
        .map(({ name, zone, port }) => ({ name, zone, port, address: '127.0.0.1' })),
    })),
  })
}

/** Envoy reports of a cluster what it sent there after its first report with it. */
async function counted({ envoys }: Bed): Promise<void> {
  for (const { envoy } of envoys.values()) {
    const reports = async () => (await envoy.stat('load_reporter.responses')) ?? 0
    await waitUntil('Vicinity to ask for reports', () => envoy.stat('load_reporter.requests'))
    const before = await reports()
    await waitUntil('another report', async () => (await reports()) > before)
  }
}

/** The requests name the zone that they come from, for the backends to count. */
async function send({ envoys }: Bed): Promise<void> {
  await Promise.all(
    [...envoys].map(async ([zone, { address }]) => {
      let left: number = ZONES[zone]
      const worker = async () => {
        for (let number = left--; number > 0; number = left--) {
          const path = `/${SERVICES[number % SERVICES.length]}`
          const { status } = await request(address, { path, headers: { host: zone } })
          if (status !== 200) throw new Error(`${path} was answered ${status}`)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
    }),
  )
}

function received(backends: readonly Backend[]): Matrix {
  const matrix: Matrix = {}
  for (const { service, zone, received } of backends) {
    for (const { host } of received) add(matrix, `${service} ${host} ${zone}`, 1)
  }
  return matrix
}

interface Traffic {
  readonly requests: number
  readonly errors: number
  readonly inZoneShare: number | null
  readonly matrix: readonly { readonly from: string; readonly to: string; readonly requests: number }[]
}

async function reported({ api }: Vicinity): Promise<{ matrix: Matrix; errors: number; requests: number }> {
  const matrix: Matrix = {}
  let [requests, errors] = [0, 0]
  for (const service of SERVICES) {
    const traffic = await api.get<Traffic>(`/v1/traffic?service=default/${service}`)
    for (const { from, to, requests } of traffic.matrix) {
      add(matrix, [service, from, to].join(' ').replaceAll('r1/', ''), requests)
    }
    requests += traffic.requests
    errors += traffic.errors
  }
  return { matrix, requests, errors }
}

function add(matrix: Matrix, key: string, count: number): void {
  matrix[key] = (matrix[key] ?? 0) + count
}

const sumOf = (matrix: Matrix) => Object.values(matrix).reduce((sum, one) => sum + one, 0)

/** Of the requests that came with the second matrix, those that stayed in their zone. */
function inZoneShare(before: Matrix, after: Matrix): number {
  const isLocal = (key: string) => key.split(' ')[1] === key.split(' ')[2]
  const local = (matrix: Matrix) =>
    sumOf(Object.fromEntries(Object.entries(matrix).filter(([key]) => isLocal(key))))
  return (local(after) - local(before)) / (sumOf(after) - sumOf(before))
}

/** What Vicinity says will stay, by how much each zone sends. */
async function promised({ api }: Vicinity): Promise<number> {
  const { items } = await api.get<{ items: { zone: Zone; inZoneShare: number }[] }>('/v1/zones')
  const total = sumOf(ZONES)
  return items.reduce((sum, { zone, inZoneShare }) => sum + (inZoneShare * ZONES[zone]) / total, 0)
}

function isEqual(a: Matrix, b: Matrix): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => a[key] === b[key])
}

await measure('load-reports', async closing => {
  const bed = await open(closing)
  const { vicinity, backends } = bed
  await counted(bed)
  const phases: object[] = []
  let right = true
  let before: Matrix = {}
  for (const [phase, settings] of Object.entries({
    before: {},
    after: { trafficDistribution: 'PreferSameZone' },
  })) {
    await push(vicinity, backends, settings)
    const share = await promised(vicinity)
    const began = performance.now()
    await send(bed)
    const sent = performance.now()
    const counts = received(backends)
    const { matrix, errors } = await waitUntil(
      'all to be reported',
      async () => {
        const answer = await reported(vicinity)
        return answer.requests >= sumOf(counts) && answer
      },
      { timeout: 30_000, every: 50 },
    )
    const isExact = isEqual(matrix, counts) && errors === 0
    const measured = inZoneShare(before, counts)
    right &&= isExact && Math.abs(measured - share) < 0.03
    phases.push({
      phase,
      requests: sumOf(counts) - sumOf(before),
      inZone: { promised: share, measured },
      isExact,
      seconds: { sending: (sent - began) / 1_000, untilReported: (performance.now() - sent) / 1_000 },
    })
    console.error(
      `${phase}: in its zone ${(measured * 100).toFixed(1)} %, promised ${(share * 100).toFixed(1)} %; ${isExact ? 'exact' : 'NOT exact'}`,
    )
    before = counts
  }
  for (const [key, count] of Object.entries(before).sort())
    console.error(key.padEnd(24), String(count).padStart(6))
  return { right, requests: sumOf(before), phases, matrix: before }
})
