import { freePort } from '../../demo/free-port.ts'
import { request } from '../../demo/http-request.ts'
import { startProcess } from '../../demo/running-process.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Workload } from './workload.ts'

const LONGEST = 300_000

/** Over streams, or over streams and repetitions. */
export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

interface ReadyReport {
  readonly ready: number
  readonly ms: Quantiles
  readonly bytes_per_stream: Quantiles
  readonly cpu_s: number
}

interface PushReport {
  readonly missing: number
  readonly ms: Quantiles
  /** By stream, from the given moment until it had received all awaited names. */
  readonly raw_ms: readonly number[]
  readonly bytes_per_stream: Quantiles
  readonly resources_per_stream: Quantiles
  readonly responses_per_stream: Quantiles
  readonly other_types_bytes_total: number
}

interface ReconnectReport {
  readonly open: number
  readonly quiet: boolean
  readonly last_rx_ms: number
  readonly bytes_resent: number
}

interface Status {
  readonly errors: number
  readonly last_error: string
}

/** By type: `cds`, `eds`, `lds`, `rds`. */
export type Digest = Readonly<
  Record<
    string,
    {
      readonly states_per_zone: Readonly<Record<string, number>>
      readonly min_resources: number
      readonly max_resources: number
    }
  >
>

export interface FleetOptions {
  readonly program: string
  readonly xds: string
  readonly workload: Workload
  /** Beginning of the ids of its nodes. */
  readonly nodes?: string
  /** Streams begin when `start` is called, not before. */
  readonly hold?: boolean
}

/** A load client in a process of its own: streams that behave like those of Envoys. */
export class Fleet {
  readonly #control: string
  readonly stop: () => Promise<void>

  private constructor(control: string, stop: () => Promise<void>) {
    this.#control = control
    this.stop = stop
  }

  static async open({ program, xds, workload, nodes = 'node', hold = false }: FleetOptions): Promise<Fleet> {
    const control = `127.0.0.1:${await freePort()}`
    const { streams, zones, services } = workload
    const flags = {
      addr: xds,
      ctl: control,
      streams,
      zones,
      'node-format': `${nodes}-%05d`,
      expect: `cds=${services},eds=${services}`,
      hold,
    }
    const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`)
    const process = startProcess('fleet', program, args)
    const fleet = new Fleet(control, process.stop)
    await waitUntil('the fleet to answer', () => fleet.status().catch(() => undefined), { every: 20 })
    return fleet
  }

  start(): Promise<unknown> {
    return this.#call('POST', '/start')
  }

  status(): Promise<Status> {
    return this.#call('GET', '/status')
  }

  /** Resolves when every stream has all that it asked for. */
  ready(): Promise<ReadyReport> {
    return this.#call('GET', `/ready?timeout=${LONGEST}ms`)
  }

  /** Begins to wait for these assignments. */
  async arm(names: readonly string[]): Promise<number> {
    const { epoch } = await this.#call<{ epoch: number }>('POST', '/arm', { type: 'eds', names })
    return epoch
  }

  /** Resolves when every stream has received all of what was armed; `since` is in milliseconds of Unix time. */
  pushed(epoch: number, since: number): Promise<PushReport> {
    return this.#call('GET', `/push?epoch=${epoch}&t0=${since}000000&timeout=60s`)
  }

  /** All streams at once, with the versions that they have. */
  reconnect(): Promise<ReconnectReport> {
    return this.#call('POST', `/reconnect?quiet=1500ms&timeout=${LONGEST}ms`)
  }

  digest(): Promise<Digest> {
    return this.#call('GET', '/digest')
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const sent = body && { body: JSON.stringify(body) }
    const { status, text } = await request(this.#control, { method, path, timeout: 2 * LONGEST, ...sent })
    if (status === 504) throw new Error(`not all streams had it in time, ${path}: ${text.slice(0, 300)}`)
    if (status >= 300) throw new Error(`the fleet answered ${path} with ${status}: ${text.slice(0, 300)}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
}
