import { percentile } from '../../../demo/latency.ts'
import type { Vicinity } from '../../../demo/vicinity.ts'
import { waitUntil } from '../../../demo/wait-until.ts'
import { withCpuOf } from '../../compare/settled.ts'
import { endpointsOf, serviceName } from '../../compare/workload.ts'
import { IS_QUICK } from '../shared/load.ts'

export const SIZE = { services: IS_QUICK ? 1_000 : 10_000, endpoints: 10, zones: 3, streams: 0 }
export const TOPOLOGY = '/v1/sources/bench/topology'
export const REPETITIONS = IS_QUICK ? 10 : 30

export interface Figure {
  readonly ms: number
  readonly cpuSeconds: number
}

/** Changes one endpoint of each of some services after the other. */
export class Patcher {
  readonly #vicinity: Vicinity
  readonly #changes = new Map<number, number>()
  #next = 0

  constructor(vicinity: Vicinity) {
    this.#vicinity = vicinity
  }

  async patch(changed: number): Promise<number[]> {
    const services = Array.from({ length: changed }, (_, index) => (this.#next + index) % SIZE.services)
    this.#next += changed
    for (const service of services) this.#changes.set(service, (this.#changes.get(service) ?? 0) + 1)
    const endpoints = services.map(service => ({
      name: serviceName(service),
      endpoints: endpointsOf(service, SIZE, this.#changes),
    }))
    await this.#vicinity.api.patch(TOPOLOGY, { upsert: { endpoints } })
    return services
  }

  /** The median time, and the mean of the CPU: the system counts that in hundredths. */
  async measure(changed: number): Promise<Figure> {
    for (let warm = 0; warm < 3; warm += 1) await this.patch(changed)
    const times: number[] = []
    const { cpuSeconds } = await withCpuOf(this.#vicinity.pid, async () => {
      for (let push = 0; push < REPETITIONS; push += 1) {
        const began = performance.now()
        await this.patch(changed)
        times.push(performance.now() - began)
      }
    })
    return { ms: percentile(times, 0.5), cpuSeconds: cpuSeconds / REPETITIONS }
  }

  async untilSeenBy({ api }: Vicinity): Promise<{ p50: number; p99: number }> {
    const times: number[] = []
    for (let push = 0; push < REPETITIONS; push += 1) {
      const began = performance.now()
      const [service = 0] = await this.patch(1)
      const port = String(8080 + ((this.#changes.get(service) ?? 0) % 1_000))
      const path = `/v1/services/default/${serviceName(service)}/assignment?zone=zone-0`
      const isSeen = async () => (await api.call('GET', path)).text.includes(port)
      await waitUntil('the other replica to see a change', isSeen, { every: 1 })
      times.push(performance.now() - began)
    }
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
  }
}
