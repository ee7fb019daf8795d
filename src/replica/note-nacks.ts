import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import { type Nack, together } from '../model/nacks.ts'
import type { Nacks } from '../store/nacks.ts'
import { within } from '../within.ts'
import { Alarm } from './alarm.ts'

/** In milliseconds. */
interface NotingTiming {
  /** From a NACK until it is written: equal ones that come meanwhile are written with it. */
  readonly leisure: number
  /** Between two writings, and after the database failed. */
  readonly interval: number
}

const NOTING_TIMING: NotingTiming = { leisure: 250, interval: 1_000 }

/** So many that differ wait for the database at most; the oldest give way. */
const WAITING = 1_000

/** So many are written at once. */
const BATCH = 200

/** In milliseconds, for what is not written yet when the replica stops. */
const LAST_WORDS = 1_000

interface Options {
  readonly nacks: Pick<Nacks, 'note'>
  readonly log: Logger
  readonly timing?: NotingTiming
}

export interface NackNotes {
  /** Never waits for anything. */
  note(nack: Nack): void
  /** How many were given up because the database was away for too long. */
  readonly dropped: number
  close(): Promise<void>
}

/**
 * Writes what proxies refuse, beside everything else: no stream waits for it, and it takes so much memory and so many
 * transactions however often they refuse. Of a batch whose answer was lost each may be counted twice.
 */
export function noteNacks({ nacks, log, timing = NOTING_TIMING }: Options): NackNotes {
  const failures = new FailureLog(log, 'keeping what proxies refused failed; it is tried again')
  /** By key, the oldest first. */
  let waiting = new Map<string, Nack>()
  let dropped = 0
  let allowed = 0
  let isClosed = false
  let work = Promise.resolve()
  const alarm = new Alarm(() => {
    work = work.then(write)
  })
  return {
    note(nack) {
      add(nack)
      alarm.set(Math.max(timing.leisure, allowed - performance.now()))
    },
    get dropped() {
      return dropped
    },
    async close() {
      isClosed = true
      alarm.stop()
      await within(LAST_WORDS, work.then(write))
    },
  }

  function add(nack: Nack): void {
    const before = waiting.get(nack.key)
    waiting.set(nack.key, before === undefined ? nack : together(before, nack))
    for (const [key, { count }] of waiting) {
      if (waiting.size <= WAITING) return
      waiting.delete(key)
      dropped += count
    }
  }

  async function write(): Promise<void> {
    allowed = performance.now() + timing.interval
    const batch = [...waiting.values()].slice(0, isClosed ? WAITING : BATCH)
    if (batch.length === 0) return
    for (const { key } of batch) waiting.delete(key)
    try {
      await nacks.note(batch)
    } catch (error) {
      failures.warn({ err: error })
      const later = waiting
      waiting = new Map(batch.map(nack => [nack.key, nack]))
      for (const nack of later.values()) add(nack)
    }
    if (waiting.size > 0 && !isClosed) alarm.set(timing.interval)
  }
}
