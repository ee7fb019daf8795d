import type { Logger } from 'pino'
import type { RetentionPolicy, Store } from '../store/store.ts'
import type { Traffic } from '../store/traffic/traffic.ts'
import type { Chore } from './housekeeping.ts'
import { repeatedly } from './repeatedly.ts'

/** How often history that is too old is looked for, in milliseconds: by the shortest age, within these bounds. */
const MIN_INTERVAL = 1000
const MAX_INTERVAL = 10 * 60_000

/** Deletes history older than the policy says, now and then. */
export function keepHistoryShort(store: Store, policy: RetentionPolicy, log: Logger): Chore {
  const shortest = Math.min(...Object.values(policy))
  return repeatedly(
    {
      interval: Math.max(MIN_INTERVAL, Math.min(MAX_INTERVAL, shortest)),
      async act() {
        const deleted = await store.retain(policy)
        if (deleted > 0) log.info({ deleted }, 'old history deleted')
      },
      failed: 'deleting old history failed; it is tried again',
    },
    log,
  )
}

/** Sums minutes of traffic up to hours, and deletes hours that are older than `keep` milliseconds, now and then. */
export function keepTrafficShort(traffic: Pick<Traffic, 'tidy'>, keep: number, log: Logger): Chore {
  return repeatedly(
    {
      interval: MAX_INTERVAL,
      async act() {
        const deleted = await traffic.tidy(keep)
        if (deleted > 0) log.info({ deleted }, 'old counts of traffic were summed up or deleted')
      },
      failed: 'summing up old counts of traffic failed; it is tried again',
    },
    log,
  )
}
