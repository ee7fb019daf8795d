import { type Answer, request } from '../../demo/http-request.ts'

interface Call {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** No answer. `mayBeDone` is false where nobody took the connection. */
interface Lost {
  readonly reason: string
  readonly mayBeDone: boolean
}

/** Patience with one replica, in milliseconds; it may be paused. */
const TIMEOUT = 5_000
const PAUSE = 100
/** How often another replica is asked although this one answers. */
const MOVES = 0.2

/** A load balancer that its clients have in themselves: a failure, or a 503, leads to the next replica. */
export class Connector {
  readonly #addresses: readonly string[]
  readonly #random: () => number
  #turn = 0

  /** HOST:PORT of each replica's REST plane. */
  constructor(addresses: readonly string[], random: () => number) {
    this.#addresses = addresses
    this.#random = random
  }

  /** One try. */
  async once(call: Call): Promise<Answer | Lost> {
    if (this.#random() < MOVES) this.#turn += 1
    const address = this.#addresses[this.#turn % this.#addresses.length] as string
    const answer = await tryAt(address, call)
    if (isLost(answer) || answer.status === 503) this.#turn += 1
    return answer
  }

  /** Reads until some replica answers. Rejects when `signal` is aborted. */
  async read(path: string, signal: AbortSignal): Promise<Answer> {
    for (;;) {
      const answer = await this.once({ method: 'GET', path })
      if (!isLost(answer) && answer.status !== 503) return answer
      signal.throwIfAborted()
      await new Promise(resolve => setTimeout(resolve, PAUSE))
    }
  }
}

export function isLost(answer: Answer | Lost): answer is Lost {
  return 'reason' in answer
}

async function tryAt(address: string, call: Call): Promise<Answer | Lost> {
  try {
    return await request(address, { ...call, timeout: TIMEOUT })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { reason: message, mayBeDone: code !== 'ECONNREFUSED' }
  }
}
