import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import { StoreUnavailable } from '../store/store.ts'
import type { Outage } from '../store/thread/open-store.ts'

/** In milliseconds, until a database that was away at the start is tried again. */
const RETRY_AFTER = 1_000

/**
 * Does what needs the database as soon as it can be reached, and says now and then what it waits for. Rejects with all
 * other errors at once, and with the last one when `signal` aborts.
 */
export async function whenReached<T>(
  attempt: () => Promise<T>,
  log: Logger,
  signal: AbortSignal,
): Promise<T> {
  const failures = new FailureLog(log, 'waiting for the database; no port is open yet')
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || signal.aborted) throw error
      failures.warn({ reason: error.message })
    }
    await delay(RETRY_AFTER, undefined, { signal }).catch(() => {})
  }
}

export interface OutageWatch {
  onOutage(outage: Outage | null): void
  isAway(): boolean
}

/** Says when the database went away, and when it is there again. */
export function watchOutage(log: Logger): OutageWatch {
  const message =
    'the database cannot be reached: proxies are served what is known, pushes are told to come back'
  const failures = new FailureLog(log, message)
  let awaySince: number | undefined
  return {
    onOutage(outage) {
      if (outage !== null) {
        awaySince ??= performance.now()
        failures.warn({ cause: outage.cause, hint: outage.hint })
      } else if (awaySince !== undefined) {
        log.info({ awayFor: Math.round(performance.now() - awaySince) }, 'the database can be reached again')
        awaySince = undefined
      }
    },
    isAway: () => awaySince !== undefined,
  }
}
