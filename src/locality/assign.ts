import { compare } from '../model/order.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { AssignedEndpoint, Assignment, Candidate } from './assignment.ts'
import { type Decision, type Hinted, type Scope, scopeOf } from './decision.ts'
import { placeName } from './place.ts'

/**
 * A service as seen from one viewpoint: the chosen endpoints at priority 0, the other eligible ones behind them
 * by distance, each non-empty step one priority more. Envoy goes to a standby step only when health checks, outlier
 * detection or a retry with `previous_priorities` say so.
 */
export function assign(decision: Decision, viewpoint: Viewpoint): Assignment {
  const scope = scopeOf(decision, viewpoint)
  const chosen = new Set(
    decision.eligible.filter(one => isChosen(one, scope, viewpoint)).map(one => one.candidate),
  )
  const total = sum([...chosen].map(one => one.weight))
  const steps = standbySteps(decision, chosen, viewpoint)
  const eligible = new Set(decision.eligible.map(one => one.candidate))

  const endpoints = decision.candidates.map((candidate): AssignedEndpoint => {
    if (chosen.has(candidate)) {
      const reason = chosenReason(decision, scope, viewpoint, candidate)
      return { candidate, chosen: true, priority: 0, share: candidate.weight / total, reason }
    }
    if (eligible.has(candidate)) {
      const distance = distanceOf(candidate, viewpoint)
      const lent = distance === 0 && decision.mode === 'Auto' ? ', lent to another zone by Auto' : ''
      const reason = `standby: ${STANDBY_REASONS[distance]}${lent}`
      return { candidate, chosen: false, priority: 1 + steps.indexOf(distance), share: 0, reason }
    }
    return { candidate, chosen: false, priority: null, share: 0, reason: unsentReason(candidate) }
  })
  return {
    viewpoint,
    mode: decision.mode,
    rule: decision.rule,
    notes: notesFor(decision, scope, viewpoint),
    endpoints: endpoints.sort(byPriorityAndPlace),
  }
}

function isChosen(one: Hinted, scope: Scope, viewpoint: Viewpoint): boolean {
  if (scope === 'all') return true
  if (scope === 'node') return one.nodes.includes(viewpoint.node)
  return one.zones.some(({ region, zone }) => region === viewpoint.region && zone === viewpoint.zone)
}

/** 0: same zone, 1: same region, 2: elsewhere. */
type Distance = 0 | 1 | 2
const STANDBY_REASONS = ['same zone', 'same region, other zone', 'other region'] as const

function distanceOf(candidate: Candidate, viewpoint: Viewpoint): Distance {
  if (candidate.region !== viewpoint.region) return 2
  return candidate.zone === viewpoint.zone ? 0 : 1
}

/** The distances at which standby endpoints stand, nearest first: priorities must have no gaps. */
function standbySteps(decision: Decision, chosen: ReadonlySet<Candidate>, viewpoint: Viewpoint): Distance[] {
  const standby = decision.eligible.filter(one => !chosen.has(one.candidate))
  return [...new Set(standby.map(one => distanceOf(one.candidate, viewpoint)))].sort((a, b) => a - b)
}

function chosenReason(decision: Decision, scope: Scope, viewpoint: Viewpoint, candidate: Candidate): string {
  if (decision.lastResort) return 'no endpoint is ready: serving while it terminates'
  const hints = decision.mode === 'Hints'
  if (scope === 'zone' && decision.mode === 'Auto') {
    return distanceOf(candidate, viewpoint) === 0 ? "in the proxy's zone" : "lent to the proxy's zone by Auto"
  }
  if (scope === 'node') return hints ? "its hints name the proxy's node" : "on the proxy's node"
  if (scope === 'zone') return hints ? "its hints name the proxy's zone" : "in the proxy's zone"
  if (decision.mode === 'ClusterWide') return 'cluster-wide: all endpoints are used'
  return viewpoint.zone === ''
    ? "all are used: the proxy's zone is unknown"
    : 'all are used: the rule names none for this proxy'
}

function unsentReason(candidate: Candidate): string {
  if (candidate.weight === 0) return 'drained: weight 0'
  if (candidate.terminating)
    return candidate.serving ? 'terminating, and others are ready' : 'terminating and not serving'
  return 'not ready'
}

function notesFor(decision: Decision, scope: Scope, viewpoint: Viewpoint): string[] {
  const notes = [...decision.notes]
  if (decision.eligible.length === 0) notes.push('no endpoint can be used: requests are answered 503')
  if (decision.lastResort && decision.eligible.length > 0)
    notes.push('no endpoint is ready: those that still serve are used, from every zone')
  if (scope !== 'all' || decision.mode === 'ClusterWide' || decision.lastResort) return notes
  if (viewpoint.zone === '') notes.push("the proxy's zone is unknown: all endpoints are used")
  else if (decision.zones.size > 0) notes.push(nobodyHere(decision, viewpoint))
  return notes
}

/** The commonest silent mistake is a zone that is the right one in another region, or in none. */
function nobodyHere(decision: Decision, viewpoint: Viewpoint): string {
  const elsewhere = decision.eligible.flatMap(one => one.zones).find(one => one.zone === viewpoint.zone)
  const place = placeName(viewpoint)
  if (elsewhere === undefined) return `no endpoint for zone ${place}: all endpoints are used`
  const other = elsewhere.region
  const where = other === '' ? 'without a region' : `in region ${other}`
  return `no endpoint for zone ${place}, but for a zone of that name ${where}: zones are equal only when their regions are; all endpoints are used`
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
