import { Closing } from '../../demo/closing.ts'
import { type Bench, type ServerName, startServer } from '../compare/compare.ts'
import { Fleet, type Quantiles } from '../compare/fleet.ts'
import { Pushes, quantilesOf } from '../compare/pushes.ts'
import type { Server } from '../compare/server.ts'
import { settled } from '../compare/settled.ts'
import type { Workload } from '../compare/workload.ts'
import { startFloorServer } from '../floor/floor-server.ts'

export interface JoiningOptions {
  readonly services: number
  /** That are there, and whose wait is measured. */
  readonly streams: number
  /** That come all at once meanwhile, and ask for everything. */
  readonly joining: number
}

export interface JoiningFigures extends JoiningOptions {
  readonly server: string
  /** Of the streams that are there: until they have a change of one service, when nothing else goes on, and meanwhile. */
  readonly quiet: Quantiles
  readonly meanwhile: Quantiles
  readonly pushesMeanwhile: number
  /** How long the joining took, each time. */
  readonly readyP99Ms: readonly number[]
}

const WARM_UPS = 5
const QUIET_PUSHES = 30
const ROUNDS = 3

/** What this machine lets any server on grpc-js show: it writes prepared bytes, in bodies of so many. */
export const FLOOR = 'floor' as const
const FLOOR_FLAGS = ['--past-library', '--part', String(256 * 1024)]

/** How long a change of one endpoint takes while many proxies join. */
export async function measureJoining(
  bench: Bench,
  closing: Closing,
  name: ServerName | typeof FLOOR,
  options: JoiningOptions,
): Promise<JoiningFigures> {
  const own = new Closing()
  closing.addWay(() => own.close())
  try {
    const workload = { services: options.services, endpoints: 10, zones: 3, streams: options.streams }
    const server =
      name === FLOOR
        ? await startFloorServer({ name, workload, flags: FLOOR_FLAGS })
        : await startServer(bench, name, workload)
    return await joiningAt(bench, own, own.add(server), options, workload)
  } finally {
    await own.close()
  }
}

async function joiningAt(
  { fleet, say }: Bench,
  own: Closing,
  server: Server,
  options: JoiningOptions,
  workload: Workload,
): Promise<JoiningFigures> {
  const open = (nodes: string, streams: number, hold: boolean) =>
    Fleet.open({ program: fleet, xds: server.xds, workload: { ...workload, streams }, nodes, hold })
  const there = own.add(await open('there', options.streams, false))
  await there.ready()
  await settled(server.pid)

  const pushes = new Pushes(server, there, workload)
  for (let push = 0; push < WARM_UPS; push += 1) await pushes.push(1)
  const quiet: number[] = []
  for (let push = 0; push < QUIET_PUSHES; push += 1) quiet.push(...(await pushes.push(1)).report.raw_ms)

  const rounds = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const joining = own.add(await open(`joining-${round}`, options.joining, true))
    await settled(server.pid)
    rounds.push(await pushWhileJoining(pushes, joining))
    await joining.stop()
  }
  const pushesMeanwhile = rounds.reduce((sum, round) => sum + round.pushed, 0)
  say(`${pushesMeanwhile} pushes while ${options.joining} join ${server.name}, ${ROUNDS} times`)
  return {
    ...options,
    server: server.name,
    quiet: quantilesOf(quiet),
    meanwhile: quantilesOf(rounds.flatMap(round => round.ms)),
    pushesMeanwhile,
    readyP99Ms: rounds.map(round => round.readyP99Ms),
  }
}

/** One change after the other, from the start of the streams that join until they have everything. */
async function pushWhileJoining(pushes: Pushes, joining: Fleet) {
  await joining.start()
  let isReady = false
  const ready = joining.ready().finally(() => {
    isReady = true
  })
  ready.catch(() => {}) // it is awaited below, maybe long after
  const ms: number[] = []
  let pushed = 0
  for (; !isReady; pushed += 1) ms.push(...(await pushes.push(1)).report.raw_ms)
  return { ms, pushed, readyP99Ms: (await ready).ms.p99 }
}
