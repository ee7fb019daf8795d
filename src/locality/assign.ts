import type { Viewpoint } from '../model/viewpoint.ts'
import type { AssignedEndpoint, Assignment } from './assignment.ts'
import { byPlace, type Candidate } from './candidate.ts'
import { type Choice, choose } from './choice.ts'
import type { Decision } from './decision.ts'
import { line, type Standing } from './line.ts'
import { distanceOf } from './precedence.ts'

/**
 * A service as seen from one viewpoint: the chosen endpoints at priority 0, the other eligible ones behind them
 * by distance, each non-empty step one priority more. Envoy goes to a standby step only when health checks, outlier
 * detection or a retry with `previous_priorities` say so.
 */
export function assign(decision: Decision, viewpoint: Viewpoint): Assignment {
  const { policy, notes, unusable } = decision
  const choice = choose(decision, viewpoint)
  const endpoints = line(decision, choice, viewpoint).map((standing): AssignedEndpoint => {
    const { candidate, priority, portion, via } = standing
    const chosen = priority === 0
    const reason = reasonOf(decision, choice, viewpoint, standing)
    return { candidate, chosen, priority, share: chosen ? portion : 0, portion, via, reason }
  })
  for (const candidate of unusable) {
    const reason = unusableReason(candidate)
    endpoints.push({ candidate, chosen: false, priority: null, share: 0, portion: 0, via: undefined, reason })
  }
  return {
    viewpoint,
    mode: choice.mode,
    rule: choice.rule,
    weighted: choice.zoneWeights !== undefined,
    spillover: policy.spillover.value,
    notes: [...policy.notes, ...notes, ...choice.notes],
    endpoints: endpoints.sort(byPriorityAndPlace),
  }
}

function reasonOf(
  { policy }: Decision,
  choice: Choice,
  viewpoint: Viewpoint,
  { candidate, priority, isBehindGateways, isChosen }: Standing,
): string {
  if (isBehindGateways)
    return `left out: the gateways of network ${candidate.network?.name} stand nearer already`
  if (priority === null) return `left out: failover is none (${policy.failover.origin})`
  if (priority === 0) return choice.reasonOf(candidate)
  if (candidate.setback !== undefined) return `standby: behind all others: ${candidate.setback.reason}`
  if (isChosen) return `standby: of another source; ${choice.reasonOf(candidate)}`
  const distance = distanceOf(candidate, viewpoint)
  const isLent = distance === 0 && choice.mode === 'Auto'
  return isLent ? 'standby: same zone, lent to another zone by Auto' : STANDBY_REASONS[distance]
}

const STANDBY_REASONS = [
  'standby: same zone',
  'standby: same region, other zone',
  'standby: other region',
] as const

function unusableReason(candidate: Candidate): string {
  if (candidate.weight === 0) return 'drained: weight 0'
  if (candidate.setback?.isDropped) return `left out: ${candidate.setback.reason}`
  if (candidate.terminating)
    return candidate.serving ? 'terminating, and others are ready' : 'terminating and not serving'
  return 'not ready'
}

function byPriorityAndPlace(a: AssignedEndpoint, b: AssignedEndpoint): number {
  return (
    (a.priority ?? Number.POSITIVE_INFINITY) - (b.priority ?? Number.POSITIVE_INFINITY) ||
    byPlace(a.candidate, b.candidate)
  )
}
