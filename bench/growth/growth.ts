import type { Closing } from '../../demo/closing.ts'
import { type Bench, type Failure, measureServer, type ServerName } from '../compare/compare.ts'
import type { ServerFigures } from '../compare/figures.ts'
import { OURS } from '../compare/ratios.ts'
import type { Workload } from '../compare/workload.ts'
import { HISTORY_WORKLOAD, type HistoryFigures, measureHistory } from './history.ts'
import { type JoiningFigures, measureJoining } from './joining.ts'

/** What grows when something grows, beside the best of the peers. */
export interface Growth {
  readonly services: readonly ServerFigures[]
  readonly streams: readonly ServerFigures[]
  /** Of entry rows in the database. The peer has none. */
  readonly history: readonly HistoryFigures[]
  readonly joining: readonly JoiningFigures[]
  readonly failures: readonly Failure[]
}

interface Plan {
  readonly services: readonly number[]
  /** While services grow. */
  readonly streamsThen: number
  readonly streams: readonly number[]
  /** While streams grow. */
  readonly servicesThen: number
  readonly history: readonly number[]
  readonly joining: { readonly services: number; readonly streams: number; readonly joining: number }
}

const FULL: Plan = {
  services: [100, 300, 1_000, 3_000, 10_000],
  streamsThen: 200,
  streams: [10, 30, 100, 300, 1_000, 2_000],
  servicesThen: 1_000,
  history: [1_000, 10_000, 100_000, 1_000_000],
  joining: { services: 5_000, streams: 100, joining: 100 },
}
const QUICK: Plan = {
  services: [100, 1_000],
  streamsThen: 50,
  streams: [10, 100],
  servicesThen: 100,
  history: [1_000, 10_000],
  joining: { services: 500, streams: 20, joining: 20 },
}

const GROWING: readonly ServerName[] = [OURS, 'linear']
const REPETITIONS = 10

export async function measureGrowth(
  bench: Bench,
  closing: Closing,
  quick: boolean,
  onProgress: (soFar: Growth) => Promise<void>,
): Promise<Growth> {
  const plan = quick ? QUICK : FULL
  const services: ServerFigures[] = []
  const streams: ServerFigures[] = []
  const history: HistoryFigures[] = []
  const joining: JoiningFigures[] = []
  const failures: Failure[] = []
  const soFar = { services, streams, history, joining, failures }

  const climb = async (workload: Workload, found: ServerFigures[]) => {
    for (const server of GROWING) {
      const options = { workload, run: 1, changes: [1, 100], repetitions: REPETITIONS, reconnect: false }
      const result = await measureServer(bench, closing, server, options)
      if ('error' in result) failures.push(result)
      else found.push(result)
      await onProgress(soFar)
    }
  }
  const size = { endpoints: 10, zones: 3 }
  for (const count of plan.services) {
    await climb({ ...size, services: count, streams: plan.streamsThen }, services)
  }
  for (const count of plan.streams) {
    await climb({ ...size, services: plan.servicesThen, streams: count }, streams)
  }
  const tried = async (server: ServerName, workload: Workload, action: () => Promise<unknown>) => {
    await action().catch((error: Error) => {
      bench.say(`${server}: FAILED: ${error.message}`)
      failures.push({ server, run: 1, workload, error: error.message })
    })
    await onProgress(soFar)
  }
  for (const server of GROWING) {
    await tried(server, { ...size, ...plan.joining }, async () => {
      joining.push(await measureJoining(bench, closing, server, plan.joining))
    })
  }
  await tried(OURS, HISTORY_WORKLOAD, () =>
    measureHistory(bench, closing, plan.history, async figures => {
      history.push(figures)
      await onProgress(soFar)
    }),
  )
  return soFar
}
