import { setTimeout as sleep } from 'node:timers/promises'
import { Closing } from '../../demo/closing.ts'
import { measure } from '../acceptance/measure.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import { benchPrograms } from '../compare/bench-programs.ts'
import { Fleet } from '../compare/fleet.ts'
import { Pushes } from '../compare/pushes.ts'
import { withCpuOf } from '../compare/settled.ts'
import { startVicinityServer } from '../compare/vicinity-server.ts'
import type { PartResult } from '../part-result.ts'
import { IS_QUICK, lineThrough, loadNow, round } from './shared/load.ts'

/** What one more Envoy costs a replica, over gRPC: memory, first sync, and its share of a push. */
const SERVICES = IS_QUICK ? 100 : 1_000
const STREAMS = IS_QUICK ? [10, 50, 100] : [10, 100, 500, 1_000]
const REPETITIONS = IS_QUICK ? 3 : 10
/** Time for the server to let go of what only the first sync needed, in milliseconds. */
const SETTLING = IS_QUICK ? 1_000 : 10_000

await measure('memory-per-stream', async closing => {
  const { fleet } = await benchPrograms()
  const rungs: Awaited<ReturnType<typeof measureStreams>>[] = []
  for (const streams of STREAMS) rungs.push(await measureStreams(closing, fleet, streams))
  const along = (of: (rung: (typeof rungs)[number]) => number) =>
    lineThrough(rungs.map(rung => [rung.streams, of(rung)] as const))
  const memory = along(rung => rung.rssMiB)
  const slopes = {
    kibPerStream: memory.slope * 1024,
    mibWithoutStreams: memory.at0,
    readyCpuMsPerStream: along(rung => rung.readyCpuSeconds).slope * 1_000,
    pushOneCpuUsPerStream: along(rung => rung.pushCpuSeconds[0] ?? 0).slope * 1e6,
    pushOneCpuMsWithoutStreams: along(rung => rung.pushCpuSeconds[0] ?? 0).at0 * 1_000,
    pushHundredCpuUsPerStream: along(rung => rung.pushCpuSeconds[1] ?? 0).slope * 1e6,
    pushHundredCpuMsWithoutStreams: along(rung => rung.pushCpuSeconds[1] ?? 0).at0 * 1_000,
  }
  return {
    right: rungs.every(rung => rung.errors === 0),
    title: 'Memory of a stream',
    text: `A fresh replica on SQLite with ${SERVICES} services, and each time another number of streams: memory ${SETTLING / 1_000} s after all have everything, and CPU of the process. The last row is the slope of the straight line through the others: what one more stream costs.`,
    tables: [
      {
        columns: [
          'streams',
          'RSS before MiB',
          'RSS MiB',
          'ready: CPU s',
          '1 changed: CPU ms',
          '100 changed: CPU ms',
        ],
        rows: [
          ...rungs.map(rung => [
            rung.streams,
            rung.emptyMiB,
            rung.rssMiB,
            round(rung.readyCpuSeconds, 2),
            ...rung.pushCpuSeconds.map(seconds => round(seconds * 1_000)),
          ]),
          [
            'slope, each',
            '–',
            `${round(slopes.kibPerStream, 0)} KiB`,
            `${round(slopes.readyCpuMsPerStream, 2)} ms`,
            `${round(slopes.pushOneCpuUsPerStream, 0)} µs`,
            `${round(slopes.pushHundredCpuUsPerStream, 0)} µs`,
          ],
        ],
      },
    ],
    charts: [
      {
        title: `Memory with ${SERVICES} services`,
        x: { label: 'streams' },
        y: { label: 'RSS, MiB' },
        series: [{ name: 'vicinity', points: rungs.map(rung => [rung.streams, rung.rssMiB] as const) }],
      },
    ],
    services: SERVICES,
    rungs,
    slopes,
    loadAfter: loadNow(),
  } satisfies Omit<PartResult, 'measured'> & Record<string, unknown>
})

async function measureStreams(closing: Closing, program: string, streams: number) {
  const own = new Closing()
  closing.addWay(() => own.close())
  const workload = { services: SERVICES, endpoints: 10, zones: 3, streams }
  const server = own.add(await startVicinityServer({ workload }))
  const { rssMiB: emptyMiB } = await memoryOf(server.pid)
  const fleet = own.add(await Fleet.open({ program, xds: server.xds, workload, hold: true }))
  const ready = await withCpuOf(server.pid, async () => {
    await fleet.start()
    return fleet.ready()
  })
  await sleep(SETTLING)
  const { rssMiB } = await memoryOf(server.pid)
  const pushes = new Pushes(server, fleet, workload)
  const pushCpuSeconds = []
  for (const changed of [1, 100])
    pushCpuSeconds.push((await pushes.measure({ changed, repetitions: REPETITIONS, warmUps: 2 })).cpuSeconds)
  const { errors } = await fleet.status()
  await own.close()
  console.error(`memory-per-stream: ${streams} streams: ${rssMiB} MiB`)
  return {
    streams,
    emptyMiB,
    rssMiB,
    readyCpuSeconds: ready.cpuSeconds,
    firstSyncBytes: ready.value.bytes_per_stream.p50,
    pushCpuSeconds,
    errors,
  }
}
