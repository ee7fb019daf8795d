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
  readonly servers: readonly ServerName[]
  /** Pushes of each kind in a run. */
  readonly repetitions: number
  /** So large that only those servers run again that may be the best. */
  readonly isLarge: boolean
}

export interface Comparison {
  readonly figures: readonly ServerFigures[]
}

/** How servers are started and seen: by which programs, and who hears of progress. */
export interface Bench extends BenchPrograms {
  /** A built Vicinity other than that of this folder. */
  readonly vicinity?: string
  say(line: string): void
}

/**
 * Pushes that warm a server up before each kind is measured: the same number for all. A process compiles its code
 * for about so many, and runs for weeks.
 */
const WARM_UPS = 20

/**
 * All servers on the same workload, one after the other; each run begins with another one. Resolves to why some of them showed
 * nothing that may be believed.
 */
export async function compareOnce(
  bench: Bench,
  closing: Closing,
  { workload, servers, repetitions }: Size,
  run: number,
  onFigures: (figures: ServerFigures) => Promise<void>,
): Promise<string[]> {
  const errors: string[] = []
  for (const name of rotated(servers, run - 1)) {
    const options = { workload, run, changes: [1, 100], repetitions, warmUps: WARM_UPS, reconnect: true }
    try {
      await onFigures(await measureServer(bench, closing, name, options))
    } catch (error) {
      errors.push((error as Error).message)
    }
  }
  return errors
}

/** A server from its start to its end; rejects when what it showed may not be believed. */
export async function measureServer(
  bench: Bench,
  closing: Closing,
  name: ServerName,
  options: ScenarioOptions,
): Promise<ServerFigures> {
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
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
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
