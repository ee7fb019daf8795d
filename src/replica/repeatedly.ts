import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import type { Chore } from './housekeeping.ts'

interface Repeated {
  /** In milliseconds; what takes longer is not begun a second time meanwhile. */
  readonly interval: number
  act(): Promise<void>
  /** What to say when it failed. */
  readonly failed: string
}

/** Does something again and again, whether it fails or not. Nobody waits for it at the end. */
export function repeatedly({ interval, act, failed }: Repeated, log: Logger): Chore {
  const failures = new FailureLog(log, failed)
  let isClosed = false
  let isRunning = false
  const timer = setInterval(async () => {
    if (isRunning) return
    isRunning = true
    try {
      await act()
    } catch (error) {
      if (!isClosed) failures.warn({ err: error })
    } finally {
      isRunning = false
    }
  }, interval)
  timer.unref()
  return {
    close: async () => {
      isClosed = true
      clearInterval(timer)
    },
  }
}
