import Database from 'better-sqlite3'
import { Closing } from '../../demo/closing.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import type { Bench } from '../compare/compare.ts'
import type { PushFigures } from '../compare/figures.ts'
import { Fleet } from '../compare/fleet.ts'
import { Pushes } from '../compare/pushes.ts'
import type { Server } from '../compare/server.ts'
import { settled } from '../compare/settled.ts'
import { startVicinityServer } from '../compare/vicinity-server.ts'
import type { Workload } from '../compare/workload.ts'

export interface HistoryFigures {
  /** Of entries, those that hold and those that held. */
  readonly rows: number
  readonly databaseMiB: number
  readonly rssMiB: number
  readonly pushes: readonly PushFigures[]
}

/** Small services: what is measured is how many rows lie below them. */
const HISTORY_WORKLOAD: Workload = { services: 300, endpoints: 3, zones: 3, streams: 10 }
const REPETITIONS = 10
const WARM_UPS = 5

/** What a PATCH costs as history grows, up to each of these numbers of rows: from the call until all streams have it. */
export async function measureHistory(
  bench: Bench,
  closing: Closing,
  rows: readonly number[],
  onRung: (figures: HistoryFigures) => Promise<void>,
): Promise<void> {
  const own = new Closing()
  closing.addWay(() => own.close())
  try {
    const program = bench.vicinity && { program: bench.vicinity }
    const server = own.add(await startVicinityServer({ workload: HISTORY_WORKLOAD, ...program }))
    for (const goal of rows) {
      while (sizeOf(server.database).rows < goal) await grow(server, goal)
      await settled(server.pid)
      const size = sizeOf(server.database)
      await onRung({ ...size, ...(await measureRung(bench, own, server)) })
      bench.say(`history of ${size.rows} rows: ${size.databaseMiB} MiB`)
    }
  } finally {
    await own.close()
  }
}

/** With streams that are there for it alone: nobody waits for the history to grow. */
async function measureRung(bench: Bench, closing: Closing, server: Server) {
  const options = { program: bench.fleet, xds: server.xds, workload: HISTORY_WORKLOAD }
  const fleet = closing.add(await Fleet.open(options))
  await fleet.ready()
  const measuring = new Pushes(server, fleet, HISTORY_WORKLOAD)
  const pushes = []
  for (const changed of [1, 100]) {
    pushes.push(await measuring.measure({ changed, repetitions: REPETITIONS, warmUps: WARM_UPS }))
  }
  await fleet.stop()
  const { rssMiB } = await memoryOf(server.pid)
  return { rssMiB, pushes }
}

/** Changes all services, which is a row for each, until there are that many or some hundred pushes were made. */
async function grow(server: Awaited<ReturnType<typeof startVicinityServer>>, goal: number): Promise<void> {
  const all = Array.from({ length: HISTORY_WORKLOAD.services }, (_, service) => service)
  const missing = goal - sizeOf(server.database).rows
  const pushes = Math.min(300, Math.ceil(missing / HISTORY_WORKLOAD.services))
  for (let push = 0; push < pushes; push += 1) await server.prepareChange(all)()
}

function sizeOf(file: string): { rows: number; databaseMiB: number } {
  const database = new Database(file, { readonly: true })
  try {
    const rows = database.prepare('select count(*) from entry').pluck().get() as number
    const pages = database.pragma('page_count', { simple: true }) as number
    const pageSize = database.pragma('page_size', { simple: true }) as number
    return { rows, databaseMiB: Math.round((pages * pageSize) / 2 ** 20) }
  } finally {
    database.close()
  }
}
