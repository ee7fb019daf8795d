import { compare } from '../model/order.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { AssignedEndpoint, Assignment, Candidate } from './assignment.ts'
import { type Choice, choose } from './choice.ts'
import type { Decision } from './decision.ts'
import { Portions } from './portions.ts'
import { distanceOf, stepOf } from './precedence.ts'

/**
 * A service as seen from one viewpoint: the chosen endpoints at priority 0, the other eligible ones behind them
 * by distance, each non-empty step one priority more. Envoy goes to a standby step only when health checks, outlier
 * detection or a retry with `previous_priorities` say so.
 */
export function assign(decision: Decision, viewpoint: Viewpoint): Assignment {
  const { policy } = decision
  const choice = choose(decision, viewpoint)
  const standing = priorities(decision, choice, viewpoint)
  const portions = new Portions(standing, choice.zoneWeights)
  const endpoints = decision.candidates.map((candidate): AssignedEndpoint => {
    const priority = standing.get(candidate) ?? null
    const portion = priority === null ? 0 : portions.of(candidate, priority)
    const chosen = priority === 0
    const reason = reasonOf(decision, choice, viewpoint, candidate, priority)
    return { candidate, chosen, priority, share: chosen ? portion : 0, portion, reason }
  })
  return {
    viewpoint,
    mode: choice.mode,
    rule: choice.rule,
    weighted: choice.zoneWeights !== undefined,
    spillover: policy.spillover.value,
    notes: [...policy.notes, ...decision.notes, ...choice.notes],
    endpoints: endpoints.sort(byPriorityAndPlace),
  }
}

/** The priority of each endpoint that is sent. */
function priorities(
  decision: Decision,
  { chosen }: Choice,
  viewpoint: Viewpoint,
): ReadonlyMap<Candidate, number> {
  const hasFailover = decision.policy.failover.value === 'nearest'
  const steps = new Map<Candidate, number>()
  for (const { candidate } of decision.eligible) {
    const isChosen = chosen.has(candidate)
    if (isChosen || hasFailover) steps.set(candidate, stepOf(decision, candidate, viewpoint, isChosen))
  }
  const taken = [...new Set(steps.values())].sort((a, b) => a - b)
  return new Map([...steps].map(([candidate, step]) => [candidate, taken.indexOf(step)]))
}

function reasonOf(
  decision: Decision,
  { chosen, reasonOf }: Choice,
  viewpoint: Viewpoint,
  candidate: Candidate,
  priority: number | null,
): string {
  if (priority === null) return unsentReason(decision, candidate)
  if (priority === 0) return reasonOf(candidate)
  if (chosen.has(candidate)) return `standby: of another source; ${reasonOf(candidate)}`
  const distance = distanceOf(candidate, viewpoint)
  const lent = distance === 0 && decision.mode === 'Auto' ? ', lent to another zone by Auto' : ''
  return `standby: ${DISTANCES[distance]}${lent}`
}

const DISTANCES = ['same zone', 'same region, other zone', 'other region'] as const

function unsentReason({ usable, policy }: Decision, candidate: Candidate): string {
  if (usable.has(candidate)) return `left out: failover is none (${policy.failover.origin})`
  if (candidate.weight === 0) return 'drained: weight 0'
  if (candidate.terminating)
    return candidate.serving ? 'terminating, and others are ready' : 'terminating and not serving'
  return 'not ready'
}

function byPriorityAndPlace(a: AssignedEndpoint, b: AssignedEndpoint): number {
  return (
    (a.priority ?? Number.POSITIVE_INFINITY) - (b.priority ?? Number.POSITIVE_INFINITY) ||
    compare(a.candidate.region, b.candidate.region) ||
    compare(a.candidate.zone, b.candidate.zone) ||
    compare(a.candidate.subZone, b.candidate.subZone) ||
    compare(a.candidate.source, b.candidate.source) ||
    compare(a.candidate.name, b.candidate.name)
  )
}
