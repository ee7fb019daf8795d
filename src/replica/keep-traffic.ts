import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import type { TrafficCell } from '../model/traffic.ts'
import type { Traffic, TrafficBatch } from '../store/traffic/traffic.ts'
import { within } from '../within.ts'

/** What was counted here and is not stored yet. It keeps itself small, however long nobody can store it. */
interface Tally {
  take(): TrafficCell[]
  giveBack(cells: readonly TrafficCell[]): void
}

interface Options {
  readonly tally: Tally
  readonly traffic: Pick<Traffic, 'add'>
  /** Of this process: no other one, at whatever time, has the same. */
  readonly writer: string
  readonly log: Logger
  /** In milliseconds, between two times that counts are stored. */
  readonly interval?: number
}

const INTERVAL = 10_000

/** Cells of one transaction: for so long, some milliseconds, whoever pushes may wait on SQLite. */
const BATCH = 2_000

/** In milliseconds: longer a process that ends does not wait for the database. */
const PATIENCE = 2_000

export interface TrafficKeeper {
  /** Stores what was counted before the call; gives up, until the next time, when the database does. */
  flush(): Promise<void>
  close(): Promise<void>
}

/**
 * Stores what is counted here, now and then and at the end. A batch whose answer got lost may be stored or not: it is sent
 * again as it was before anything else, and the database knows it by its number. What was not sent goes back to the tally.
 */
export function keepTraffic({ tally, traffic, writer, log, interval = INTERVAL }: Options): TrafficKeeper {
  const failures = new FailureLog(
    log,
    'storing counts of traffic failed; they are kept here, and it is tried again',
  )
  let unanswered: TrafficBatch | undefined
  let number = 0
  let isDue = false
  let flushing: Promise<void> | undefined
  const timer = setInterval(flush, interval).unref()
  return {
    flush,
    async close() {
      clearInterval(timer)
      await within(PATIENCE, flush())
    },
  }

  function flush(): Promise<void> {
    isDue = true
    flushing ??= storeWhileDue().finally(() => {
      flushing = undefined
    })
    return flushing
  }

  async function storeWhileDue(): Promise<void> {
    while (isDue) {
      isDue = false
      try {
        await store()
      } catch (error) {
        failures.warn({ err: error })
      }
    }
  }

  async function store(): Promise<void> {
    await send()
    const cells = tally.take()
    let sent = 0
    try {
      while (sent < cells.length) {
        number += 1
        unanswered = { writer, number, cells: cells.slice(sent, sent + BATCH) }
        sent += BATCH
        await send()
      }
    } finally {
      if (sent < cells.length) tally.giveBack(cells.slice(sent))
    }
  }

  async function send(): Promise<void> {
    if (unanswered === undefined) return
    await traffic.add(unanswered)
    unanswered = undefined
  }
}
