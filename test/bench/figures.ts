import type { ServerFigures } from '../../bench/compare/figures.ts'

interface Shown {
  readonly server: string
  readonly run?: number
  readonly services?: number
  readonly streams?: number
  /** CPU seconds of a push of one change. */
  readonly cpu?: number
  readonly readyP99?: number
  readonly reconnectBytes?: number
}

/** Figures of which a test says only what it is about. */
export function figuresOf(shown: Shown): ServerFigures {
  const { server, run = 1, services = 100, streams = 100, cpu = 1, readyP99 = 1, reconnectBytes } = shown
  const ms = { p50: 1, p99: 1, max: 1 }
  return {
    server,
    run,
    workload: { services, endpoints: 10, zones: 3, streams },
    ready: { ms: { ...ms, p99: readyP99 }, cpuSeconds: 1, bytesPerStream: 1, fleetCpuSeconds: 1 },
    rssMiB: { empty: 1, ready: 1, end: 1 },
    pushes: [{ changed: 1, ms, cpuSeconds: cpu, bytesPerStream: 1, responsesPerStream: 1, repetitions: [] }],
    ...(reconnectBytes !== undefined && {
      reconnect: { firstCpuSeconds: 2, cpuSeconds: 1, bytesResent: reconnectBytes, lastReceivedMs: 1 },
    }),
    load: 0,
  }
}
