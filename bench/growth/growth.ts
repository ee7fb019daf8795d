import type { Closing } from '../../demo/closing.ts'
import { type Bench, measureServer, type ServerName } from '../compare/compare.ts'
import type { ServerFigures } from '../compare/figures.ts'
import { OURS } from '../compare/ratios.ts'
import type { Measured } from '../results-file.ts'
import { type HistoryFigures, measureHistory } from './history.ts'
import { FLOOR, type JoiningFigures, measureJoining } from './joining.ts'

/** What grows when one thing grows, beside the peer that is mostly the best. */
export interface Growth {
  readonly services?: Curve<ServerFigures>
  readonly streams?: Curve<ServerFigures>
  /** A change while proxies join. */
  readonly joining?: Curve<JoiningFigures>
  /** Of entry rows in the database. The peer has none. */
  readonly history?: Curve<HistoryFigures>
}

type Curve<T> = Measured<{ readonly figures: readonly T[] }>

const SIZE = { endpoints: 10, zones: 3 }
const GROWING: readonly ServerName[] = [OURS, 'linear']

interface Plan {
  readonly services: readonly number[]
  /** While services grow. */
  readonly streamsThen: number
  readonly streams: readonly number[]
  /** While streams grow. */
  readonly servicesThen: number
  /** Assignments that streams hold together, up to which the peer is measured too. */
  readonly peerUpTo: number
  readonly history: readonly number[]
  readonly joining: { readonly services: number; readonly streams: number; readonly joining: number }
}

const FULL: Plan = {
  services: [100, 1_000, 3_000, 10_000],
  streamsThen: 200,
  streams: [10, 100, 1_000, 2_000],
  servicesThen: 1_000,
  peerUpTo: 300_000,
  history: [1_000, 10_000, 100_000, 1_000_000],
  joining: { services: 5_000, streams: 100, joining: 100 },
}
const QUICK: Plan = {
  services: [100, 1_000],
  streamsThen: 50,
  streams: [10, 100],
  servicesThen: 100,
  peerUpTo: 1_000_000,
  history: [1_000, 10_000],
  joining: { services: 500, streams: 20, joining: 20 },
}

const OPTIONS = { run: 1, changes: [1, 100], reconnect: false }
/** It is the shape of Vicinity's curves that is looked for; the peer, compiled ahead, has no need to warm up. */
const PUSHES = { ours: { repetitions: 10, warmUps: 5 }, peer: { repetitions: 4, warmUps: 2 } }

/** Measures one curve and tells of each point; resolves to why points are missing. */
export type MeasureCurve<T> = (onPoint: (point: T) => Promise<void>) => Promise<string[]>

/** The curves, each by its name. */
export function growthCurves(
  bench: () => Promise<Bench>,
  closing: Closing,
  quick: boolean,
): {
  readonly services: MeasureCurve<ServerFigures>
  readonly streams: MeasureCurve<ServerFigures>
  readonly joining: MeasureCurve<JoiningFigures>
  readonly history: MeasureCurve<HistoryFigures>
} {
  const plan = quick ? QUICK : FULL
  const climb =
    (sizes: readonly { services: number; streams: number }[]): MeasureCurve<ServerFigures> =>
    onPoint =>
      each(
        sizes.flatMap(({ services, streams }) =>
          GROWING.filter(server => server === OURS || services * streams <= plan.peerUpTo).map(server => ({
            server,
            workload: { ...SIZE, services, streams },
          })),
        ),
        async ({ server, workload }) => {
          const pushes = server === OURS ? PUSHES.ours : PUSHES.peer
          const options = { ...OPTIONS, ...pushes, workload }
          await onPoint(await measureServer(await bench(), closing, server, options))
        },
      )
  return {
    services: climb(plan.services.map(services => ({ services, streams: plan.streamsThen }))),
    streams: climb(plan.streams.map(streams => ({ services: plan.servicesThen, streams }))),
    joining: onPoint =>
      each([...GROWING, FLOOR] as const, async server =>
        onPoint(await measureJoining(await bench(), closing, server, plan.joining)),
      ),
    history: onPoint =>
      each([plan.history], async rows => measureHistory(await bench(), closing, rows, onPoint)),
  }
}

/** One that fails does not keep the others from being measured. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<string[]> {
  const errors: string[] = []
  for (const item of items) await act(item).catch((error: Error) => errors.push(error.message))
  return errors
}
