import type { Worker } from 'node:worker_threads'
import { spawnWorker } from '../../spawn-worker.ts'
import { type Location, nameOf } from '../location.ts'
import { StoreUnavailable } from '../store.ts'
import type { Acts } from './acts.ts'
import type { Unavailable } from './backend.ts'
import type { Head } from './followed-feed.ts'
import type { Reply, Request, WorkerInput } from './messages.ts'

interface Waiting {
  readonly act: string
  resolve(value: unknown): void
  reject(error: Error): void
}

const START = 0

/**
 * In MiB, for what the thread has just made, most of which is garbage at once. V8 takes up to 48 for a large push, and gives
 * nothing back until there is as much to do again.
 */
const YOUNG_GENERATION = 12

/** In milliseconds, until a thread that has died is started again where somebody else may write. */
const RESTART_AFTER = 500

/** What the thread tells by itself. */
interface Told {
  onHead(head: Head): void
  /** null: the database can be reached again. */
  onOutage(outage: Unavailable | null): void
  /** Another process may have told something of itself. */
  onReported(): void
}

type Answer<Name extends keyof Acts> = Awaited<ReturnType<Acts[Name]>>

/**
 * The main thread's end of the database thread. States:
 * - down: no thread; the first call starts one (at first, and after it died);
 * - starting: calls wait until the database is open; when that fails they are rejected, and it is down again;
 * - up: calls are passed on; when the thread dies all waiting calls are rejected, and it is down again;
 * - closed: for good; every call is rejected.
 */
export class DatabaseThread {
  readonly #location: Location
  readonly #told: Told
  readonly #waiting = new Map<number, Waiting>()
  #lastId = START
  #worker: Promise<Worker> | null = null
  #exited: Promise<void> = Promise.resolve()
  #opened = false
  #closed = false

  constructor(location: Location, told: Told) {
    this.#location = location
    this.#told = told
  }

  async call<Name extends keyof Acts>(
    act: Name,
    args: Parameters<Acts[Name]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Answer<Name>> {
    const worker = await this.#up(act)
    return new Promise<Answer<Name>>((resolve, reject) => {
      this.#lastId += 1
      worker.postMessage({ id: this.#lastId, act, args } satisfies Request, transfer)
      this.#waiting.set(this.#lastId, { act, resolve: resolve as (value: unknown) => void, reject })
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
    worker?.postMessage({ act: 'close' } satisfies Request)
    await this.#exited
  }

  /** Ends the thread as it is; its calls are rejected and the next one starts it anew. */
  async abandon(): Promise<void> {
    const worker = await this.#worker?.catch(() => null)
    await worker?.terminate()
  }

  #up(act: string): Promise<Worker> {
    if (this.#closed) throw unavailableError(act, 'the store is closed', 'the process is about to end')
    if (nameOf(this.#location) === ':memory:' && this.#opened && this.#worker === null) {
      throw unavailableError(act, 'the database in memory was lost with its thread', 'restart')
    }
    this.#worker ??= this.#start()
    return this.#worker
  }

  async #start(): Promise<Worker> {
    // A file is locked until the thread before has ended.
    await this.#exited
    const workerData: WorkerInput = { location: this.#location, mustExist: this.#opened }
    const worker = spawnWorker(import.meta.url, './worker', {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    })
    const started = new Promise<void>((resolve, reject) => {
      this.#waiting.set(START, { act: 'open', resolve: () => resolve(), reject })
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
        this.#startAgain(crash)
      })
    })
    await started
    this.#opened = true
    return worker
  }

  /** What other processes write must be heard of, though nobody here calls. */
  #startAgain(crash: Error | undefined): void {
    if (this.#closed || !this.#opened || this.#location.kind === 'sqlite') return
    const cause = crash?.message ?? 'its thread has ended'
    this.#told.onOutage({ cause, hint: 'it is started again', broken: true })
    setTimeout(
      () =>
        void this.start()
          .then(() => this.#told.onOutage(null))
          .catch(() => {}),
      RESTART_AFTER,
    ).unref()
  }

  #receive(worker: Worker, reply: Reply): void {
    if ('head' in reply) {
      this.#told.onHead(reply.head)
      return
    }
    if ('outage' in reply) {
      this.#told.onOutage(reply.outage)
      return
    }
    if ('reported' in reply) {
      this.#told.onReported()
      return
    }
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('value' in reply) {
      waiting?.resolve(reply.value)
    } else if ('unavailable' in reply) {
      const { cause, hint, broken, isFull = false } = reply.unavailable
      const named = `${hint} (${nameOf(this.#location)})`
      waiting?.reject(unavailableError(waiting.act, cause, named, { isFull }))
      if (broken) void worker.terminate()
    } else {
      const { error } = reply
      waiting?.reject(new Error(`store ${waiting.act}: ${error.message}`, { cause: error }))
    }
  }

  #rejectAll(crash: Error | undefined): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { act, reject } of waiting) {
      const cause = crash?.message ?? 'its thread has ended'
      reject(unavailableError(act, cause, 'the next call opens the database again', { crash }))
    }
  }
}

function unavailableError(
  act: string,
  cause: string,
  hint: string,
  { crash, isFull = false }: { readonly crash?: Error | undefined; readonly isFull?: boolean } = {},
): StoreUnavailable {
  return new StoreUnavailable(`store ${act}: ${cause}: ${hint}`, {
    operation: act,
    hint,
    cause: crash ?? cause,
    isFull,
  })
}
