import { Histogram, type Registry } from 'prom-client'
import { traced } from '../traced.ts'

/** What revisions go through from the database to the streams. */
type Phase = 'read' | 'world' | 'tables' | 'fan-out'

/** Does a phase, and measures how long it or its promise takes. */
export interface PublishPhases {
  run<T>(phase: Phase, act: () => T): T
}

export const UNMEASURED: PublishPhases = { run: (_, act) => act() }

/** Each phase as a metric and as a span. */
export function measurePhases(registry: Registry): PublishPhases {
  const duration = new Histogram({
    name: 'vicinity_publish_duration_seconds',
    help: 'Time that revisions take from the database to the streams, by phase',
    labelNames: ['phase'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  })
  return {
    run: (phase, act) =>
      traced(phase, {}, () => {
        const end = duration.startTimer({ phase })
        const result = act()
        if (result instanceof Promise) void result.then(() => end()).catch(() => {})
        else end()
        return result
      }),
  }
}
