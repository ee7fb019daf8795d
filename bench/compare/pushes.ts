import { percentile } from '../../demo/latency.ts'
import { memoryOf } from '../acceptance/process-memory.ts'
import type { PushFigures, PushRepetition } from './figures.ts'
import type { Fleet } from './fleet.ts'
import type { Server } from './server.ts'
import { settled, withCpuOf } from './settled.ts'
import type { Workload } from './workload.ts'

export interface PushOptions {
  readonly changed: number
  readonly repetitions: number
  /** Pushes before, which are not measured. */
  readonly warmUps: number
}

/** Changes one service after the other, around and around, and sees when a fleet has it. */
export class Pushes {
  readonly #server: Server
  readonly #fleet: Fleet
  readonly #services: number
  #next = 0

  constructor(server: Server, fleet: Fleet, { services }: Pick<Workload, 'services'>) {
    this.#server = server
    this.#fleet = fleet
    this.#services = services
  }

  /** One push, of all services where there are less; rejects when a stream does not receive all of it. */
  async push(changed: number) {
    const length = Math.min(changed, this.#services)
    const services = Array.from({ length }, (_, index) => (this.#next + index) % this.#services)
    this.#next = (this.#next + length) % this.#services
    const change = this.#server.prepareChange(services)
    const epoch = await this.#fleet.arm(services.map(service => this.#server.resourceName(service)))
    const since = beginningOfMillisecond()
    const began = performance.now()
    await change()
    const triggerMs = performance.now() - began
    const report = await this.#fleet.pushed(epoch, since)
    if (report.missing > 0) throw new Error(`${report.missing} streams did not receive a change`)
    return { triggerMs, report }
  }

  async measure({ changed, repetitions, warmUps }: PushOptions): Promise<PushFigures> {
    const { pid } = this.#server
    for (let push = 0; push < warmUps; push += 1) await this.push(changed)
    await settled(pid)
    const pushes: Awaited<ReturnType<Pushes['push']>>[] = []
    const rows: PushRepetition[] = []
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      const { value, cpuSeconds } = await withCpuOf(pid, () => this.push(changed))
      pushes.push(value)
      const { triggerMs, report } = value
      const bytesPerStream = report.bytes_per_stream.p50
      const { rssMiB } = await memoryOf(pid)
      rows.push({ ms: quantilesOf(report.raw_ms), triggerMs, cpuSeconds, bytesPerStream, rssMiB })
    }
    const median = (values: number[]) => percentile(values, 0.5)
    return {
      changed,
      ms: quantilesOf(pushes.flatMap(({ report }) => report.raw_ms)),
      cpuSeconds: rows.reduce((sum, row) => sum + row.cpuSeconds, 0) / rows.length,
      bytesPerStream: median(rows.map(row => row.bytesPerStream)),
      responsesPerStream: median(pushes.map(({ report }) => report.responses_per_stream.p50)),
      repetitions: rows,
    }
  }
}

export function quantilesOf(values: readonly number[]) {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99), max: percentile(values, 1) }
}

/**
 * Unix time, which the fleet's clock shows too. The clock that JavaScript reads has whole milliseconds: so begin with
 * one.
 */
function beginningOfMillisecond(): number {
  const now = Date.now()
  for (;;) {
    const next = Date.now()
    if (next > now) return next
  }
}
