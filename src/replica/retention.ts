import type { Logger } from 'pino'
import type { RetentionPolicy, Store } from '../store/store.ts'
import type { Chore } from './housekeeping.ts'

/** How often history that is too old is looked for, in milliseconds: by the shortest age, within these bounds. */
const MIN_INTERVAL = 1000
const MAX_INTERVAL = 10 * 60_000

/** Deletes history older than the policy says, now and then. */
export function keepHistoryShort(store: Store, policy: RetentionPolicy, log: Logger): Chore {
  const shortest = Math.min(...Object.values(policy))
  const interval = Math.max(MIN_INTERVAL, Math.min(MAX_INTERVAL, shortest))
  let running = false
  const timer = setInterval(async () => {
    if (running) return
    running = true
    try {
      const deleted = await store.retain(policy)
      if (deleted > 0) log.info({ deleted }, 'old history deleted')
    } catch (error) {
      log.warn({ err: error }, 'deleting old history failed; it is tried again')
    } finally {
      running = false
    }
  }, interval)
  timer.unref()
  return { close: async () => clearInterval(timer) }
}
