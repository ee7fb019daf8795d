import { once } from 'node:events'
import { rounded } from '../../demo/latency.ts'
import { spawnWorker } from '../../src/spawn-worker.ts'

/** Longest times that the server let an outsider wait, in milliseconds. */
export interface Stalls {
  readonly livezMs: number
  readonly streamMs: number
}

export interface StallProbe {
  /** The longest since the last reading. */
  read(): Promise<Stalls>
  stop(): Promise<unknown>
}

export function probeStalls(rest: string, xds: string): StallProbe {
  const worker = spawnWorker(import.meta.url, './stall-probe', {
    workerData: { rest, xds },
  })
  return {
    read: async () => {
      const answer = once(worker, 'message')
      worker.postMessage('read')
      const [stalls] = (await answer) as [Stalls]
      return { livezMs: rounded(stalls.livezMs), streamMs: rounded(stalls.streamMs) }
    },
    stop: () => worker.terminate(),
  }
}
