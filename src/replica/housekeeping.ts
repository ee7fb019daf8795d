import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import type { Store, Tenure } from '../store/store.ts'

/** Something that one replica does for all, while it has the lease. */
export interface Chore {
  /** To be called when the replica has another world. */
  onChange?(): void
  close(): Promise<void>
}

export interface Lease {
  /** False as soon as another replica may have it, also in a process that was paused meanwhile. */
  isHeld(): boolean
  /** Of the database, in milliseconds: the time, and since when some replica has had the lease without a break. */
  clock(): { readonly now: number; readonly since: number }
}

/** In milliseconds. */
export interface LeaseTiming {
  /** Without a sign of life for so long the lease is lost, and another replica takes over. */
  readonly duration: number
  /** Between two attempts to take it or to keep it. */
  readonly interval: number
}

export const LEASE_TIMING: LeaseTiming = { duration: 5_000, interval: 1_500 }

interface Options {
  readonly store: Pick<Store, 'lease' | 'release'>
  /** Names this process among all. */
  readonly holder: string
  readonly log: Logger
  readonly timing: LeaseTiming
}

export interface Housekeeping extends Chore {
  onChange(): void
}

const NAME = 'housekeeping'

/**
 * Sees to it that one replica does the chores: takes the lease when nobody has it, begins them with it and ends them
 * when it is lost. Nothing is elected and nobody is asked: the lease is a row of the database, dated by its clock.
 */
export function keepHouse(
  { store, holder, log, timing }: Options,
  begin: (lease: Lease) => readonly Chore[],
): Housekeeping {
  const failures = new FailureLog(log, 'asking for the lease of housekeeping failed; it is tried again')
  let held: HeldLease | undefined
  let chores: readonly Chore[] | undefined
  let isClosed = false
  let work: Promise<void> = attempt()
  const timer = setInterval(() => {
    work = work.then(attempt)
  }, timing.interval).unref()
  return {
    onChange() {
      for (const chore of chores ?? []) chore.onChange?.()
    },
    async close(): Promise<void> {
      isClosed = true
      clearInterval(timer)
      await work
      if (chores === undefined) return
      await end()
      // Another one need not wait until it has run out.
      await store.release(NAME, holder).catch(() => {})
    },
  }

  async function attempt(): Promise<void> {
    if (isClosed) return
    try {
      const asked = performance.now()
      const tenure = await store.lease(NAME, holder, timing.duration)
      if (tenure === null) await lose('another replica has it')
      else await take(tenure, asked)
    } catch (error) {
      failures.warn({ err: error })
      held?.interrupt()
      if (held?.isHeld() === false) await lose('the database did not answer')
    }
  }

  async function take(tenure: Tenure, asked: number): Promise<void> {
    if (held === undefined || chores === undefined) {
      held = new HeldLease(timing.duration)
      held.renew(tenure, asked)
      chores = begin(held)
      log.info({ holder }, 'this replica keeps house for all')
    } else {
      held.renew(tenure, asked)
    }
  }

  async function lose(reason: string): Promise<void> {
    if (chores === undefined) return
    log.warn({ holder, reason }, 'this replica keeps house no more')
    await end()
  }

  async function end(): Promise<void> {
    const ended = chores ?? []
    chores = undefined
    held = undefined
    for (const chore of ended) await chore.close()
  }
}

class HeldLease implements Lease {
  readonly #duration: number
  #asked = 0
  #answered = 0
  #now = 0
  #since = 0
  #isInterrupted = false

  constructor(duration: number) {
    this.#duration = duration
  }

  /** `asked`: before the database was, for its answer may have been long under way. */
  renew(tenure: Tenure, asked: number): void {
    this.#asked = asked
    this.#answered = performance.now()
    this.#now = Date.parse(tenure.now)
    this.#since = Math.max(Date.parse(tenure.since), this.#isInterrupted ? this.#now : this.#since)
    this.#isInterrupted = false
  }

  /** The database did not answer: nor could whoever wanted to be heard reach it. */
  interrupt(): void {
    this.#isInterrupted = true
  }

  isHeld(): boolean {
    return performance.now() - this.#asked < this.#duration
  }

  clock(): { now: number; since: number } {
    return { now: this.#now + performance.now() - this.#answered, since: this.#since }
  }
}
