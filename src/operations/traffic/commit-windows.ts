import { HOUR, MINUTE } from '../../store/traffic/traffic.ts'
import { oldestMinute, type Period } from './period.ts'

/** In milliseconds: so long after a commit reports still tell of requests from before it. */
const LAG = 20_000

/** Before a commit and after it. The steps that have both are left out. */
export interface CommitWindows {
  readonly before: Period
  /** undefined: it has only begun. */
  readonly after: Period | undefined
}

/** Of so many milliseconds each, whole minutes where minutes are still told one by one, else whole hours. */
export function commitWindows(commit: number, length: number, now: number): CommitWindows {
  const step = commit - length >= oldestMinute(now) + MINUTE ? MINUTE : HOUR
  const whole = Math.ceil(length / step) * step
  const end = Math.floor(commit / step) * step
  const from = Math.ceil((commit + LAG) / step) * step
  const to = Math.min(from + whole, Math.ceil(now / step) * step)
  return {
    before: { from: end - whole, to: end, step },
    after: from < to ? { from, to, step } : undefined,
  }
}
