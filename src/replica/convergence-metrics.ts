import type { Logger } from 'pino'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { processTime } from '../process-time.ts'
import type { ObserveAnswer } from '../xds/convergence/ack-times.ts'
import type { XdsServer } from '../xds/server.ts'
import { LabelLimit } from './label-limit.ts'

/** So many zones are told apart, and one more is all others. */
const ZONES = 50

/** In seconds. Envoys answer in milliseconds: then somebody has waited for something. */
const SLOW = 10

interface ConvergenceMetrics {
  readonly observe: ObserveAnswer
  /** `rounds` waits for answers: who is late is seen whenever somebody reads the metrics. */
  watch(rounds: Pick<XdsServer['rounds'], 'waitingZones' | 'expire'>): void
}

/** How long revisions take from their commit to the last ACK of the proxies that they concern, zone by zone. */
export function convergenceMetrics(registry: Registry, log: Logger): ConvergenceMetrics {
  const zones = new LabelLimit(ZONES)
  let rounds: Parameters<ConvergenceMetrics['watch']>[0] | undefined
  const registers = [registry]
  const seconds = new Histogram({
    name: 'vicinity_convergence_seconds',
    help: 'From the commit of a revision to the last ACK of the connected proxies of a zone that it concerns',
    labelNames: ['part', 'zone'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
    collect: () => rounds?.expire(),
  })
  const nacks = new Counter({
    name: 'vicinity_convergence_nacks_total',
    help: 'Proxies that answered a revision by a NACK',
    labelNames: ['part', 'zone'],
    registers,
  })
  new Gauge({
    name: 'vicinity_convergence_waiting_seconds',
    help: 'Age of the oldest revision that a proxy of a zone has not answered',
    labelNames: ['zone'],
    registers,
    collect() {
      this.reset()
      const now = processTime()
      // The oldest zone counts where several are one.
      for (const [zone, since] of [...(rounds?.waitingZones() ?? [])].reverse())
        this.set({ zone: zones.of(zone) }, Math.max(0, now - since) / 1000)
    },
  })
  return {
    observe: answer => {
      const labels = { part: answer.part, zone: zones.of(answer.zone) }
      if (answer.seconds !== undefined) seconds.observe(labels, answer.seconds)
      if (answer.nacked > 0) nacks.inc(labels, answer.nacked)
      log[(answer.seconds ?? 0) < SLOW ? 'debug' : 'warn'](
        answer,
        'the proxies of a zone answered a revision',
      )
    },
    watch: watched => {
      rounds = watched
    },
  }
}
