import type { Workload } from './workload.ts'

/** What is to be reached: the highest ratio to the best peer, by what is measured. */
export type Targets = Readonly<Partial<Record<string, number>>>

const TARGETS: Readonly<Record<string, Targets>> = {
  '100 × 100': targets(0.7, 1.0, 0.8, 1.0, 2.0, 2.5, 2.5, 0.7),
  '1000 × 1000': targets(0.08, 0.2, 0.3, 0.4, 0.9, 0.5, 0.45, 0.3),
  '5000 × 200': targets(0.02, 0.05, 0.1, 0.2, 0.6, 0.4, 0.4, 0.3),
}

/** Services × streams. */
export function sizeOf({ services, streams }: Workload): string {
  return `${services} × ${streams}`
}

export function targetsOf(workload: Workload): Targets {
  return TARGETS[sizeOf(workload)] ?? {}
}

function targets(...[oneCpu, oneP99, manyCpu, manyP99, readyP99, readyCpu, rss, reconnectCpu]: number[]) {
  return { oneCpu, oneP99, manyCpu, manyP99, readyP99, readyCpu, rss, reconnectCpu } as Targets
}
