import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from './http-request.ts'

export interface Target {
  /** 127.0.0.1:PORT of an Envoy's listener. */
  readonly address: string
  readonly path: string
  readonly host: string
}

/** Who answered how many requests, and everything that went wrong. */
export interface LoadResult {
  readonly sent: number
  readonly byPod: Readonly<Record<string, number>>
  readonly failures: readonly LoadFailure[]
}

interface LoadFailure {
  /** When the request was sent, in milliseconds since the load began. */
  readonly at: number
  /** Which one it was, counted from 0. */
  readonly index: number
  readonly reason: string
}

export interface Load {
  /** What was answered until now. */
  result(): LoadResult
  /** Sends no more, waits for what is under way. */
  stop(): Promise<LoadResult>
}

/**
 * Sends `rate` requests a second over kept-alive connections, open loop: each is sent at its time, however long the
 * others take, so that a stall is seen as what it is. With several targets they take turns. Requests that find no
 * connection free of `connections` wait. `answered` is told of each answer when it comes: from which pod, and when
 * (`performance.now()`) it was asked.
 */
export function startLoad(
  targets: Target | readonly Target[],
  rate: number,
  { connections = 64, answered }: { connections?: number; answered?: Answered } = {},
): Load {
  const all = Array.isArray(targets) ? (targets as readonly Target[]) : [targets as Target]
  const tally = new Tally(answered)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const underWay = new Set<Promise<void>>()
  const began = performance.now()
  let index = 0
  let stopped = false

  const sendDue = () => {
    const due = Math.floor(((performance.now() - began) * rate) / 1000)
    for (; index <= due; index += 1) {
      const sending = tally.record(all[index % all.length] as Target, agent, index, performance.now() - began)
      underWay.add(sending)
      void sending.finally(() => underWay.delete(sending))
    }
  }
  const pump = (async () => {
    for (; !stopped; await sleep(2)) sendDue()
  })()

  return {
    result: () => tally.result(),
    stop: async () => {
      stopped = true
      await pump
      await Promise.all(underWay)
      agent.destroy()
      return tally.result()
    },
  }
}

/** Sends `count` requests, `concurrency` of them at a time. */
export async function sendRequests(target: Target, count: number, concurrency = 8): Promise<LoadResult> {
  const tally = new Tally()
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  let index = 0
  const worker = async () => {
    while (index < count) await tally.record(target, agent, index++, 0)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  agent.destroy()
  return tally.result()
}

type Answered = (pod: string, askedAt: number) => void

class Tally {
  #sent = 0
  readonly #byPod: Record<string, number> = {}
  readonly #failures: LoadFailure[] = []
  readonly #answered: Answered | undefined

  constructor(answered?: Answered) {
    this.#answered = answered
  }

  /** Sends one request and counts how it ended; never rejects. */
  async record(target: Target, agent: Agent, index: number, at: number): Promise<void> {
    this.#sent += 1
    const { address, path, host } = target
    const askedAt = performance.now()
    try {
      const { status, text } = await request(address, { path, headers: { host }, agent, timeout: 10_000 })
      if (status !== 200) throw new Error(`status ${status}: ${text.slice(0, 120)}`)
      const { pod } = JSON.parse(text) as { pod: string }
      this.#byPod[pod] = (this.#byPod[pod] ?? 0) + 1
      this.#answered?.(pod, askedAt)
    } catch (cause) {
      this.#failures.push({ at: Math.round(at), index, reason: (cause as Error).message })
    }
  }

  result(): LoadResult {
    return { sent: this.#sent, byPod: { ...this.#byPod }, failures: [...this.#failures] }
  }
}
