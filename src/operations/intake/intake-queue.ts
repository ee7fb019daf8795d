import type { Worker } from 'node:worker_threads'
import type { Parsed } from '../../model/problem.ts'
import { spawnWorker } from '../../spawn-worker.ts'
import type { Prepared, PrepareRequest } from './prepared.ts'

interface Job {
  readonly request: PrepareRequest
  resolve(prepared: Parsed<Prepared>): void
  reject(error: Error): void
}

/** What one body may cost, and the thread that reads it. */
interface Limits {
  /**
   * 64 MiB of the densest topology take about half of the default; so do 256 MiB of Kubernetes objects, and 16 MiB of
   * them in YAML.
   */
  readonly memoryMib: number
  /** 64 MiB take about ten seconds on a slow machine; the most of Kubernetes objects about twice that. */
  readonly milliseconds: number
  /** How long the thread waits for the next body, in milliseconds. */
  readonly patience: number
}

/** A thread does not give back the memory that a larger body took: it ends, and another one begins with the next. */
const MEMORABLE_BYTES = { json: 16 * 1024 * 1024, yaml: 1024 * 1024 }

/**
 * In milliseconds. A thread that has read a body holds 50 MB and more, and starting one takes half a second of work: what
 * is pushed together (topology, then routes) finds it still there.
 */
const PATIENCE = 1_000

/**
 * One worker thread that prepares one body after the other. It is started for the first job, and again for the first
 * one after its end. A body that is its death by memory or time is the pusher's fault: a problem, not an error.
 *
 * - idle: no job runs; a job that comes is sent at once. When none comes, the thread ends.
 * - busy: `#running` is with the worker, others wait. Left by its answer, its death or the time limit.
 * - closed: nothing is taken any more.
 */
export class IntakeQueue {
  readonly #limits: Limits
  readonly #waiting: Job[] = []
  #running: Job | undefined
  #worker: Worker | undefined
  #isSwollen = false
  /** Of the job that runs, or of the wait for another one. */
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor({ memoryMib = 2048, milliseconds = 60_000, patience = PATIENCE }: Partial<Limits> = {}) {
    this.#limits = { memoryMib, milliseconds, patience }
  }

  prepare(request: PrepareRequest): Promise<Parsed<Prepared>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closedError())
      this.#waiting.push({ request, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    const unfinished = [this.#finish(), ...this.#waiting.splice(0)]
    for (const job of unfinished) job?.reject(closedError())
    await worker?.terminate()
  }

  #next(): void {
    if (this.#running !== undefined) return
    const job = this.#waiting.shift()
    if (job === undefined) return
    clearTimeout(this.#timer)
    this.#running = job
    this.#worker ??= this.#start()
    const bytes = ownBytes(job.request.bytes)
    this.#isSwollen ||= bytes.length > MEMORABLE_BYTES[formatOf(job.request)]
    this.#worker.postMessage({ ...job.request, bytes }, [bytes.buffer])
    this.#timer = setTimeout(() => this.#giveUp(), this.#limits.milliseconds)
  }

  #start(): Worker {
    const worker = spawnWorker(import.meta.url, './worker', {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.memoryMib },
    })
    worker.on('message', (prepared: Parsed<Prepared>) => {
      if (this.#worker === worker) this.#answer(prepared)
    })
    worker.once('error', error => this.#died(worker, error))
    worker.once('exit', code => this.#died(worker, new Error(`the intake's thread ended with code ${code}`)))
    return worker
  }

  #answer(prepared: Parsed<Prepared>): void {
    this.#finish()?.resolve(prepared)
    this.#next()
    if (this.#running !== undefined) return
    if (this.#isSwollen) this.#end()
    else this.#timer = setTimeout(() => this.#end(), this.#limits.patience).unref()
  }

  /** What it says from now on is not heard. */
  #end(): void {
    const worker = this.#worker
    this.#worker = undefined
    this.#isSwollen = false
    worker?.terminate().catch(() => {})
  }

  #giveUp(): void {
    const limit = `${this.#limits.milliseconds / 1000} seconds`
    this.#finish()?.resolve(refused(`takes longer than ${limit} to read; send it in smaller pieces`))
    this.#end()
    this.#next()
  }

  #died(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#isSwollen = false
    const job = this.#finish()
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      job?.resolve(
        refused(`takes more than ${this.#limits.memoryMib} MiB to read; send it in smaller pieces`),
      )
    } else job?.reject(new Error('preparing a pushed body failed', { cause: error }))
    this.#next()
  }

  #finish(): Job | undefined {
    clearTimeout(this.#timer)
    const job = this.#running
    this.#running = undefined
    return job
  }
}

function formatOf(request: PrepareRequest): 'json' | 'yaml' {
  return request.kind === 'kubernetes' ? request.format : 'json'
}

function closedError(): Error {
  return new Error('cannot prepare a pushed body: the intake is closed')
}

function refused(detail: string): Parsed<Prepared> {
  return { ok: false, problems: [{ pointer: '', detail }] }
}

/** Only a whole buffer can be transferred; a piece of a shared one is copied. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes
  const isWhole = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
