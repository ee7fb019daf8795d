import { loadavg } from 'node:os'
import type { Closing } from '../../demo/closing.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import { problemsOf } from './convergence.ts'
import type { ServerFigures } from './figures.ts'
import { Fleet } from './fleet.ts'
import { Pushes } from './pushes.ts'
import type { Server } from './server.ts'
import { settled, withCpuOf } from './settled.ts'
import type { Workload } from './workload.ts'

export interface ScenarioOptions {
  readonly workload: Workload
  readonly run: number
  /** How many services change at once; each number is measured for itself. */
  readonly changes: readonly number[]
  readonly repetitions: number
  /** Pushes before those of each number are measured. */
  readonly warmUps: number
  readonly reconnect: boolean
}

/**
 * One server from its first stream to its last: all join at once, changes are pushed, all come again. Rejects when a
 * stream misses something, or when streams of one zone do not have the same in the end: then there are no figures.
 */
export async function runScenario(
  closing: Closing,
  fleetProgram: string,
  server: Server,
  options: ScenarioOptions,
): Promise<ServerFigures> {
  const { workload, run, changes, repetitions, warmUps } = options
  const rss = async () => (await memoryOf(server.pid)).rssMiB
  await settled(server.pid)
  const empty = await rss()

  const joined = await withCpuOf(server.pid, async () => {
    const fleet = closing.add(await Fleet.open({ program: fleetProgram, xds: server.xds, workload }))
    return { fleet, report: await fleet.ready() }
  })
  const { fleet, report } = joined.value
  const ready = await rss()

  const pushes = new Pushes(server, fleet, workload)
  const pushed = []
  for (const changed of changes) {
    pushed.push(await pushes.measure({ changed, repetitions, warmUps }))
  }
  const reconnect = options.reconnect ? await measureReconnect(server, fleet, workload) : undefined

  const { errors, last_error } = await fleet.status()
  const problems = problemsOf(await fleet.digest(), workload)
  if (errors > 0) problems.push(`${errors} streams failed: ${last_error}`)
  if (problems.length > 0) throw new Error(problems.join('; '))
  return {
    server: server.name,
    run,
    workload,
    ready: {
      ms: { p50: report.ms.p50, p99: report.ms.p99, max: report.ms.max },
      cpuSeconds: joined.cpuSeconds,
      bytesPerStream: report.bytes_per_stream.p50,
      fleetCpuSeconds: report.cpu_s,
    },
    rssMiB: { empty, ready, end: await rss() },
    pushes: pushed,
    ...(reconnect && { reconnect }),
    load: loadavg()[0] ?? Number.NaN,
  }
}

/** Twice, of which the second is measured: the first one is as much about compiling what nobody did before. */
async function measureReconnect(server: Server, fleet: Fleet, { streams }: Workload) {
  const again = async () => {
    await settled(server.pid)
    const measured = await withCpuOf(server.pid, () => fleet.reconnect())
    const { open, quiet } = measured.value
    if (open !== streams || !quiet) throw new Error('not all streams came again')
    return measured
  }
  const first = await again()
  const { value: report, cpuSeconds } = await again()
  return {
    firstCpuSeconds: first.cpuSeconds,
    cpuSeconds,
    bytesResent: report.bytes_resent,
    lastReceivedMs: report.last_rx_ms,
  }
}
