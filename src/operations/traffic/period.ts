import { ageText } from '../../model/duration.ts'
import type { Problem } from '../../model/problem.ts'
import { HOUR, MINUTE, MINUTES_KEPT } from '../../store/traffic/traffic.ts'
import { type Refusal, refuse } from '../refusal.ts'

/** What somebody asks of: times in milliseconds since the epoch, the step in milliseconds. */
export interface AskedPeriod {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly step?: number | undefined
}

/** Whole steps. */
export interface Period {
  readonly from: number
  /** Not included. */
  readonly to: number
  readonly step: number
}

const MOST_STEPS = 1_000
/** So many are enough where nobody says. */
const SOME_STEPS = 170
const USUAL_STEPS = [MINUTE, 5 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]

/** The steps that cover what is asked for: the last hour where nobody says. */
export function periodOf({ from, to, step }: AskedPeriod, now: number): Period | Refusal {
  const end = to ?? now
  const begin = from ?? end - HOUR
  const length = step ?? usualStep(begin, end, now)
  const problems = [...timeProblems(begin, end), ...stepProblems(length, begin, end, now)]
  if (problems.length > 0) return refuse('malformed', 'traffic cannot be told as asked for', problems)
  return {
    from: Math.floor(begin / length) * length,
    to: Math.ceil(end / length) * length,
    step: length,
  }
}

/** Since when every minute is told by itself, whatever was summed up already. */
export function oldestMinute(now: number): number {
  return Math.floor((now - MINUTES_KEPT) / HOUR) * HOUR
}

function usualStep(begin: number, end: number, now: number): number {
  const isOld = begin < oldestMinute(now)
  const fitting = USUAL_STEPS.filter(one => !(isOld && one < HOUR))
  return fitting.find(one => (end - begin) / one <= SOME_STEPS) ?? 24 * HOUR
}

function timeProblems(begin: number, end: number): Problem[] {
  return begin < end
    ? []
    : [{ pointer: '/from', detail: 'must be before `to`, which is now where it is left out' }]
}

function stepProblems(step: number, begin: number, end: number, now: number): Problem[] {
  const refused = (detail: string) => [{ pointer: '/step', detail }]
  const isPart = step % MINUTE === 0 && HOUR % step === 0
  if (step === 0 || !(isPart || step % HOUR === 0))
    return refused('must be hours, or minutes of which an hour is a multiple: 1m, 5m, 30m, 1h, 24h')
  if (step < HOUR && begin < oldestMinute(now))
    return refused(
      `must be hours, since \`from\` is before ${new Date(oldestMinute(now)).toISOString()}: single minutes are kept for ` +
        `${ageText(MINUTES_KEPT)} after their hour`,
    )
  if ((end - begin) / step > MOST_STEPS)
    return refused(`must be longer: these are more than ${MOST_STEPS} steps`)
  return []
}
