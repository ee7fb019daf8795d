import type { Quantiles } from './fleet.ts'
import type { Workload } from './workload.ts'

/** What one server showed in one run. CPU in seconds of its process; memory in MiB. */
export interface ServerFigures {
  readonly server: string
  /** Which one, from 1. */
  readonly run: number
  readonly workload: Workload
  readonly ready: {
    readonly ms: Quantiles
    readonly cpuSeconds: number
    readonly bytesPerStream: number
    /** Of the load client, which shares the machine. */
    readonly fleetCpuSeconds: number
  }
  /** With the workload and no stream; with all streams; after everything. */
  readonly rssMiB: { readonly empty: number; readonly ready: number; readonly end: number }
  readonly pushes: readonly PushFigures[]
  readonly reconnect?: {
    /** Of the first time, in which code is compiled that did not run before. */
    readonly firstCpuSeconds: number
    readonly cpuSeconds: number
    readonly bytesResent: number
    readonly lastReceivedMs: number
  }
  /** Load average of the machine in the end: how far to trust milliseconds. */
  readonly load: number
}

/** Many pushes of so many changed services. */
export interface PushFigures {
  readonly changed: number
  /** Over all streams and repetitions, from before the change is asked for until a stream has received it. */
  readonly ms: Quantiles
  /** Mean of the repetitions: the system counts in hundredths of a second. */
  readonly cpuSeconds: number
  readonly bytesPerStream: number
  readonly responsesPerStream: number
  readonly repetitions: readonly PushRepetition[]
}

export interface PushRepetition {
  readonly ms: Quantiles
  /** How long the call that asks for the change took. */
  readonly triggerMs: number
  readonly cpuSeconds: number
  readonly bytesPerStream: number
  readonly rssMiB: number
}

export function pushOf({ pushes }: ServerFigures, changed: number): PushFigures | undefined {
  return pushes.find(one => one.changed === changed)
}
