import { setTimeout as sleep } from 'node:timers/promises'
import type { Closing } from '../../demo/closing.ts'
import type { Envoy } from '../../demo/envoy.ts'
import { percentile, rounded } from '../../demo/latency.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { startVicinity } from '../../demo/vicinity.ts'
import { findPostgres } from '../../test/support/postgres/find-postgres.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { measure } from '../acceptance/measure.ts'
import { findBenchPeer } from '../compare/find-bench-peer.ts'
import { type ControlPlane, startPeer, vicinityPlane, type Way } from '../envoy/control-planes.ts'
import { startEdge } from '../envoy/edge.ts'
import { upTo } from '../envoy/fleet.ts'
import { LOGS_MEMBERSHIP, MembershipLog } from '../envoy/membership-log.ts'

/**
 * From sending a change until a real Envoy has it, at 1,000 services: Vicinity with SQLite and with PostgreSQL, both
 * syncing their commits, beside go-control-plane, which is told in memory. All run at once and take turns, each with
 * an Envoy of its own.
 */
const QUICK = process.env.BENCH_QUICK !== undefined
const SERVICES = 1_000
const WARM_UP = 20
const TURNS = QUICK ? 50 : 150
/** A PUT of everything is a document of 1 MB: asked less often, and not between the others. */
const PUTS_OF_ALL = QUICK ? 2 : 10
const WARM_UP_OF_ALL = 2
const PAUSE = 20

const COLUMNS = [
  'control plane',
  'change',
  'Envoy counts it, p50 ms',
  'p99 ms',
  'a worker has it, p50 ms',
  'p99 ms',
  'answered, p50 ms',
  'p99 ms',
]

const TEXT = [
  `One endpoint of one of ${SERVICES} services of ten gets another port. Counted from just before the request is sent until`,
  'Envoy logs that its main thread has counted the change of membership, until it logs that a worker thread has the new hosts,',
  'and until the request is answered (which in Vicinity means: committed and synced to the disk).',
].join(' ')

/** One way of saying a change to one control plane, and how long it took each time. */
interface Lane {
  readonly plane: ControlPlane
  readonly way: Way
  readonly log: MembershipLog
  readonly warmUp: number
  readonly turns: number
  readonly answered: number[]
  readonly counted: number[]
  readonly served: number[]
}

await measure('push-to-envoy', async closing => {
  const planes = await controlPlanes(closing)
  const envoys: Envoy[] = []
  const lanes: Lane[] = []
  for (const plane of planes) {
    const log = new MembershipLog()
    envoys.push(await startEdge(closing, plane.xds, { flags: LOGS_MEMBERSHIP, onLog: log.read }))
    for (const way of plane.ways) lanes.push(laneOf(plane, way, log))
  }
  const before = await Promise.all(envoys.map(changesOf))
  for (const together of [lanes.filter(isSmall), lanes.filter(lane => !isSmall(lane))]) {
    for (let turn = 0; together.some(lane => turn < lane.warmUp + lane.turns); turn += 1) {
      for (const lane of together) await takeTurn(lane, turn)
    }
  }
  const after = await Promise.all(envoys.map(changesOf))
  const asked = planes.map(plane =>
    lanes.filter(lane => lane.plane === plane).reduce((sum, lane) => sum + lane.warmUp + lane.turns, 0),
  )
  return {
    right: asked.every((changes, index) => (after[index] as number) - (before[index] as number) === changes),
    title: 'A change on its way to a real Envoy',
    text: TEXT,
    tables: [{ columns: COLUMNS, rows: lanes.map(rowOf) }],
    lanes: lanes.map(lane => ({
      plane: lane.plane.name,
      way: lane.way.name,
      answeredMs: measured(lane.answered),
      countedMs: measured(lane.counted),
      servedMs: measured(lane.served),
    })),
  }
})

async function controlPlanes(closing: Closing): Promise<ControlPlane[]> {
  const services = upTo(SERVICES)
  const planes = [await vicinityPlane('Vicinity, SQLite', await freshVicinity(closing), { services })]
  if (await findPostgres()) {
    const server = await startPostgres({ fsync: 'on' })
    closing.addWay(() => server.close())
    const start = async (database: string) => closing.add(await startVicinity({ database }))
    const alone = await server.createDatabase()
    const shared = await server.createDatabase()
    planes.push(
      await vicinityPlane('Vicinity, PostgreSQL', await start(alone), { services }),
      await vicinityPlane('Vicinity, PostgreSQL, by way of another replica', await start(shared), {
        services,
        serving: await start(shared),
      }),
    )
  } else console.error('there is no PostgreSQL on this machine: measured with SQLite alone')
  const programs = await findBenchPeer()
  if (programs) planes.push(await startPeer(closing, programs.peer, SERVICES))
  else console.error('the peer is not built (npm run build:bench-peer): measured without it')
  return planes
}

function laneOf(plane: ControlPlane, way: Way, log: MembershipLog): Lane {
  const [warmUp, turns] = way.isLarge ? [WARM_UP_OF_ALL, PUTS_OF_ALL] : [WARM_UP, TURNS]
  return { plane, way, log, warmUp, turns, answered: [], counted: [], served: [] }
}

function isSmall({ way }: Lane): boolean {
  return !way.isLarge
}

async function takeTurn({ way, log, warmUp, answered, counted, served }: Lane, turn: number): Promise<void> {
  await sleep(PAUSE)
  const service = way.service(turn)
  const seeing = log.next(way.cluster(service))
  const began = performance.now()
  await way.change(service)
  const answeredAt = performance.now()
  const seen = await seeing
  if (turn < warmUp) return
  answered.push(answeredAt - began)
  counted.push(seen.main - began)
  served.push(seen.worker - began)
}

/** How many changes of membership its clusters counted. */
async function changesOf(envoy: Envoy): Promise<number> {
  const stats = await envoy.stats(String.raw`^cluster\..*\.membership_change$`)
  return [...stats.values()].reduce((sum, count) => sum + count, 0)
}

function rowOf({ plane, way, answered, counted, served }: Lane): (string | number)[] {
  const figures = [counted, served, answered].map(measured).flatMap(({ p50, p99 }) => [p50, p99])
  return [plane.name, way.name, ...figures]
}

function measured(times: readonly number[]) {
  return {
    p50: rounded(percentile(times, 0.5)),
    p90: rounded(percentile(times, 0.9)),
    p99: rounded(percentile(times, 0.99)),
    max: rounded(Math.max(...times)),
  }
}
