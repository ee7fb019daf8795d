import type { Worker } from 'node:worker_threads'
import { spawnWorker } from '../../spawn-worker.ts'
import { StoreUnavailable } from '../store.ts'
import type { Reply, Request, WorkerInput } from './messages.ts'
import type { Operations } from './operations.ts'

interface Waiting {
  readonly operation: string
  resolve(value: unknown): void
  reject(error: Error): void
}

const START = 0

/**
 * The main thread's end of the database thread. States:
 * - down: no thread; the first call starts one (at first, and after it died);
 * - starting: calls wait until the file is open; when that fails they are rejected, and it is down again;
 * - up: calls are passed on; when the thread dies all waiting calls are rejected, and it is down again;
 * - closed: for good; every call is rejected.
 */
export class DatabaseThread {
  readonly #path: string
  readonly #onHead: (head: number) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = START
  #worker: Promise<Worker> | null = null
  #exited: Promise<void> = Promise.resolve()
  #opened = false
  #closed = false

  constructor(path: string, onHead: (head: number) => void) {
    this.#path = path
    this.#onHead = onHead
  }

  async call<Name extends keyof Operations>(
    operation: Name,
    args: Parameters<Operations[Name]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ReturnType<Operations[Name]>> {
    const worker = await this.#up(operation)
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      worker.postMessage({ id: this.#lastId, operation, args } satisfies Request, transfer)
      this.#waiting.set(this.#lastId, { operation, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  /** Opens the file when it is not open; calls do so by themselves. */
  async start(): Promise<void> {
    await this.#up('open')
  }

  /** What was called before is still answered. */
  async close(): Promise<void> {
    const worker = await this.#worker?.catch(() => null)
    this.#closed = true
    worker?.postMessage({ operation: 'close' } satisfies Request)
    await this.#exited
  }

  /** Ends the thread as it is; its calls are rejected and the next one starts it anew. */
  async abandon(): Promise<void> {
    const worker = await this.#worker?.catch(() => null)
    await worker?.terminate()
  }

  #up(operation: string): Promise<Worker> {
    if (this.#closed) throw unavailableError(operation, 'the store is closed', 'the process is about to end')
    if (this.#path === ':memory:' && this.#opened && this.#worker === null) {
      throw unavailableError(operation, 'the database in memory was lost with its thread', 'restart')
    }
    this.#worker ??= this.#start()
    return this.#worker
  }

  async #start(): Promise<Worker> {
    // The file is locked until the thread before has ended.
    await this.#exited
    const workerData: WorkerInput = { path: this.#path, mustExist: this.#opened }
    const worker = spawnWorker(import.meta.url, './worker', { workerData })
    const started = new Promise<void>((resolve, reject) => {
      this.#waiting.set(START, { operation: 'open', resolve: () => resolve(), reject })
    })
    let crash: Error | undefined
    worker.on('error', error => {
      crash = error as Error
    })
    worker.on('message', (reply: Reply) => this.#receive(worker, reply))
    this.#exited = new Promise(resolve => {
      worker.on('exit', () => {
        this.#worker = null
        this.#rejectAll(crash)
        resolve()
      })
    })
    await started
    this.#opened = true
    return worker
  }

  #receive(worker: Worker, reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('head' in reply) {
      this.#onHead(reply.head)
      waiting?.resolve(reply.value)
    } else if ('unavailable' in reply) {
      const { cause, hint, broken } = reply.unavailable
      waiting?.reject(unavailableError(waiting.operation, cause, `${hint} (${this.#path})`))
      if (broken) void worker.terminate()
    } else {
      const { error } = reply
      waiting?.reject(new Error(`store ${waiting.operation}: ${error.message}`, { cause: error }))
    }
  }

  #rejectAll(crash: Error | undefined): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { operation, reject } of waiting) {
      const cause = crash?.message ?? 'its thread has ended'
      reject(unavailableError(operation, cause, 'the next call opens the database again', crash))
    }
  }
}

function unavailableError(operation: string, cause: string, hint: string, crash?: Error): StoreUnavailable {
  return new StoreUnavailable(`store ${operation}: ${cause}: ${hint}`, {
    operation,
    hint,
    cause: crash ?? cause,
  })
}
