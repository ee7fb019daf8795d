import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** So many calls of a method, one after the other; a line to a calling program. */
export interface CallOrder {
  readonly id: number
  readonly target: string
  readonly method: string
  readonly count: number
  /** Milliseconds that one call may take. */
  readonly timeout: number
}

/** What became of them; the line that answers. */
export interface CallOutcome {
  readonly id: number
  /** How many calls were answered, by what answered. */
  readonly answered: Readonly<Record<string, number>>
  readonly failed: readonly CallFailure[]
}

export interface CallFailure {
  readonly code: number
  readonly details: string
}

/** A process with a gRPC library of whatever language, which does as it is told: `grpc-js-caller.ts`, or grpc-go. */
export class XdsCaller {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (outcome: CallOutcome) => void>()
  readonly #ended: Promise<unknown>
  #orders = 0

  /** `bootstrap`: path of a file. */
  constructor(command: string, args: readonly string[], bootstrap: string) {
    // It ends when its standard input does, and so never outlives this process.
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, GRPC_XDS_BOOTSTRAP: bootstrap },
    })
    this.#ended = once(this.#child, 'close')
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', line => {
      const outcome = JSON.parse(line) as CallOutcome
      this.#waiting.get(outcome.id)?.(outcome)
      this.#waiting.delete(outcome.id)
    })
  }

  call(target: string, { count = 1, timeout = 10_000 } = {}): Promise<CallOutcome> {
    this.#orders += 1
    const order: CallOrder = { id: this.#orders, target, method: '/demo.Echo/Say', count, timeout }
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`)
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.id, resolve)
      void this.#ended.then(() => reject(new Error('the calling program has ended')))
    })
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end()
    await this.#ended
  }
}
