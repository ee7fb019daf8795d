import type { Logger } from 'pino'
import type { OwnProxies } from '../model/proxies.ts'
import type { Report } from '../model/report.ts'
import type { Reports } from '../store/reports.ts'
import { Alarm } from './alarm.ts'
import { Pace } from './pace.ts'

/** How often a replica says that it is live, in milliseconds. One that was not heard for `LIVE_FOR` is not. */
const HEARTBEAT = 2_000

/** What nobody waits for is told so much later, in milliseconds: more comes with it. */
const LEISURE = 250

/** A quiet time ends with a burst, so that the first pushes converge at once. */
const WRITES_PER_SECOND = 4

interface Options {
  readonly reports: Pick<Reports, 'tell' | 'leave'>
  /** Of this replica. */
  readonly id: string
  readonly proxies: Pick<OwnProxies, 'subscribe' | 'standing'>
  readonly zones: () => Report['zones']
  readonly suspects: () => NonNullable<Report['suspects']>
  /** The database has forgotten this replica, and all that it told. */
  readonly onForgotten: () => void
  readonly log: Logger
}

/**
 * Tells the other replicas how far the proxies of this one are, as one row. It changes with every answer and is written
 * at most so often: at once when the last answer to a revision came, because somebody may wait for just that.
 */
export function tellReport({ reports, id, proxies, zones, suspects, onForgotten, log }: Options) {
  const pace = new Pace(WRITES_PER_SECOND)
  let told = ''
  let toldAt = Number.NEGATIVE_INFINITY
  let version = 0
  let isFailing = false
  let isClosed = false
  let isDue = false
  let telling: Promise<void> | undefined
  const alarm = new Alarm(() => {
    isDue = true
    telling ??= tellWhileDue().finally(() => {
      telling = undefined
    })
  })
  const unsubscribe = proxies.subscribe(isSettled => {
    const wait = pace.wait(performance.now())
    alarm.set(isSettled ? wait : Math.max(LEISURE, wait))
  })
  alarm.set(0)
  return {
    close: async () => {
      isClosed = true
      unsubscribe()
      alarm.stop()
      await telling
      // Whoever waits for this replica need not wait until it is missed.
      await reports.leave(id).catch(() => {})
    },
  }

  async function tellWhileDue(): Promise<void> {
    while (isDue && !isClosed) {
      isDue = false
      await tell()
      alarm.set(Math.max(0, toldAt + HEARTBEAT - performance.now()))
    }
  }

  async function tell(): Promise<void> {
    const now = performance.now()
    const report: Report = { ...proxies.standing(), zones: zones(), suspects: suspects() }
    const text = JSON.stringify(report)
    if (text === told && now - toldAt < HEARTBEAT) return
    pace.take(now)
    if (text !== told) version += 1
    told = text
    toldAt = now
    try {
      if (await reports.tell(id, version, text)) onForgotten()
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'telling the other replicas failed; it is tried again')
      isFailing = true
    }
  }
}
