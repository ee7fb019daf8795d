import { Histogram, type Registry } from 'prom-client'
import type { Intake } from '../operations/intake/intake.ts'
import { traced } from '../traced.ts'

/** The same intake, with the time that each body took as a metric and as a span. */
export function measuredIntake(intake: Intake, registry: Registry): Intake {
  const duration = new Histogram({
    name: 'vicinity_parse_duration_seconds',
    help: 'Time from a whole body to its entries or its problems, waiting included',
    labelNames: ['kind', 'outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10, 60],
    registers: [registry],
  })
  return {
    ...intake,
    prepare: request => {
      const { kind, bytes } = request
      const end = duration.startTimer({ kind })
      return traced(
        'parse',
        { attributes: { 'vicinity.kind': kind, 'vicinity.bytes': bytes.length } },
        async span => {
          const prepared = await intake.prepare(request)
          end({ outcome: prepared.ok ? 'taken' : 'refused' })
          if (!prepared.ok) span.setAttribute('vicinity.problems', prepared.problems.length)
          return prepared
        },
      )
    },
  }
}
