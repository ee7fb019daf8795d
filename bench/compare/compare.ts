import { Closing } from '../../demo/closing.ts'
import type { ServerFigures } from './figures.ts'
import type { BenchPrograms } from './find-bench-peer.ts'
import { type Cache, startPeerServer } from './peer-server.ts'
import { OURS } from './ratios.ts'
import { runScenario, type ScenarioOptions } from './scenario.ts'
import type { Server } from './server.ts'
import { sizeOf } from './targets.ts'
import { startVicinityServer } from './vicinity-server.ts'
import type { Workload } from './workload.ts'

export type ServerName = typeof OURS | Cache

export interface Size {
  readonly workload: Workload
  readonly runs: number
  readonly servers: readonly ServerName[]
}

/** A server that showed nothing that may be believed, and why. */
export interface Failure {
  readonly server: string
  readonly run: number
  readonly workload: Workload
  readonly error: string
}

export interface Comparison {
  readonly figures: readonly ServerFigures[]
  readonly failures: readonly Failure[]
}

/** How servers are started and seen: by which programs, and who hears of progress. */
export interface Bench extends BenchPrograms {
  /** A built Vicinity other than that of this folder. */
  readonly vicinity?: string
  say(line: string): void
}

/** All servers on the same workload, one after the other, again and again, each time another one first. */
export async function compare(
  bench: Bench,
  closing: Closing,
  { sizes, repetitions }: { sizes: readonly Size[]; repetitions: number },
  onProgress: (soFar: Comparison) => Promise<void>,
): Promise<Comparison> {
  const figures: ServerFigures[] = []
  const failures: Failure[] = []
  for (const { workload, runs, servers } of sizes) {
    for (let run = 1; run <= runs; run += 1) {
      for (const name of rotated(servers, run - 1)) {
        const options = { workload, run, changes: [1, 100], repetitions, reconnect: true }
        const result = await measureServer(bench, closing, name, options)
        if ('error' in result) failures.push(result)
        else figures.push(result)
        await onProgress({ figures, failures })
      }
    }
  }
  return { figures, failures }
}

/** A server from its start to its end; what it shows, or why that may not be believed. */
export async function measureServer(
  bench: Bench,
  closing: Closing,
  name: ServerName,
  options: ScenarioOptions,
): Promise<ServerFigures | Failure> {
  const { workload, run } = options
  const what = `${sizeOf(workload)}, run ${run}, ${name}`
  const began = performance.now()
  const own = new Closing()
  closing.addWay(() => own.close())
  try {
    const server = own.add(await startServer(bench, name, workload))
    const figures = await runScenario(own, bench.fleet, server, options)
    bench.say(`${what}: ${Math.round((performance.now() - began) / 1_000)} s`)
    return figures
  } catch (error) {
    bench.say(`${what}: FAILED: ${(error as Error).message}`)
    return { server: name, run, workload, error: (error as Error).message }
  } finally {
    await own.close()
  }
}

export function startServer(bench: Bench, name: ServerName, workload: Workload): Promise<Server> {
  if (name !== OURS) return startPeerServer(bench.peer, name, workload)
  return startVicinityServer({ workload, ...(bench.vicinity && { program: bench.vicinity }) })
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
