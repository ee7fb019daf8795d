import type { Viewpoint } from '../model/viewpoint.ts'
import type { Mode } from './assignment.ts'
import { balanceNote } from './balance-note.ts'
import { balancedWeights } from './balanced-flow.ts'
import type { Candidate } from './candidate.ts'
import type { Decision, Hinted } from './decision.ts'
import { distributionFrom, divideZones } from './distribution.ts'
import type { Distribution, ZoneWeight } from './locality-policy.ts'
import { percent } from './percent.ts'
import { placeName, zoneKey, zoneName } from './place.ts'
import { distanceOf } from './precedence.ts'
import { balanceFor, isInScope, isScarce, type Scope, scopeOf } from './scope.ts'
import { sum } from './sum.ts'

/** Which of the eligible endpoints a viewpoint uses while all is well, and why. */
export interface Choice {
  readonly mode: Mode
  readonly rule: string
  readonly isChosen: (one: Hinted) => boolean
  /** How the traffic is shared out between zones, by `zoneKey`; undefined: the endpoints' weights alone decide. */
  readonly zoneWeights: ReadonlyMap<string, number> | undefined
  /** Why one of the chosen is. */
  readonly reasonOf: (candidate: Candidate) => string
  readonly notes: readonly string[]
}

export function choose(decision: Decision, viewpoint: Viewpoint): Choice {
  const distribution = distributionFrom(decision, viewpoint)
  if (distribution === undefined) return choiceByMode(decision, viewpoint)
  const { served, empty } = divideZones(decision, distribution)
  const notes = empty.map(one => emptyZoneNote(one, served.length > 0))
  if (served.length > 0) return choiceByDistribution(decision, distribution, served, notes)
  const choice = choiceByMode(decision, viewpoint)
  return { ...choice, notes: [...notes, ...choice.notes] }
}

function choiceByMode(decision: Decision, viewpoint: Viewpoint): Choice {
  const balance = balanceFor(decision, viewpoint)
  if (balance === undefined) return choiceByHints(decision, viewpoint)
  const { mode, rule, lastResort } = decision
  const zones = balancedWeights(balance.flow, viewpoint)
  const notes = [
    ...(lastResort ? ['no endpoint is ready: those that still serve are used'] : []),
    balanceNote(balance, viewpoint, zones),
  ]
  return { mode, rule, notes, ...choiceByWeights(zones) }
}

function emptyZoneNote(zone: ZoneWeight, isShared: boolean): string {
  const outcome = isShared ? 'its share goes to the other zones' : 'the rule is passed over'
  return `distribute names zone ${placeName(zone)}, which has no endpoint that can be used: ${outcome}`
}

function choiceByDistribution(
  { policy }: Decision,
  { from }: Distribution,
  zones: readonly ZoneWeight[],
  notes: readonly string[],
): Choice {
  const rule = `distribute from ${placeName(from)} of ${policy.distribute.origin}`
  return { mode: 'Weighted', rule, notes, ...choiceByWeights(zones) }
}

/** The named zones, by weight; the zone of the proxy is one like the others. */
function choiceByWeights(
  zones: readonly ZoneWeight[],
): Pick<Choice, 'isChosen' | 'zoneWeights' | 'reasonOf'> {
  const zoneWeights = new Map(zones.map(one => [zoneKey(one), one.weight]))
  const total = sum(zones.map(one => one.weight))
  const reasons = new Map(
    zones.map(one => {
      return [zoneKey(one), `in ${zoneName(one)}, which gets ${percent(one.weight / total)}`]
    }),
  )
  return {
    isChosen: ({ candidate }) => zoneWeights.has(zoneKey(candidate)),
    zoneWeights,
    reasonOf: candidate => reasons.get(zoneKey(candidate)) ?? '',
  }
}

function choiceByHints(decision: Decision, viewpoint: Viewpoint): Choice {
  const scope = scopeOf(decision, viewpoint)
  return {
    mode: decision.mode,
    rule: decision.rule,
    isChosen: one => isInScope(one, scope, viewpoint, decision),
    zoneWeights: undefined,
    reasonOf: candidate => reasonByHints(decision, scope, viewpoint, candidate),
    notes: notesFor(decision, scope, viewpoint),
  }
}

function reasonByHints(decision: Decision, scope: Scope, viewpoint: Viewpoint, candidate: Candidate): string {
  const { mode, lastResort } = decision
  if (lastResort) return 'no endpoint is ready: serving while it terminates'
  if (scope === 'node') {
    return mode === 'Hints' ? "its hints name the proxy's node" : "on the proxy's node"
  }
  if (scope === 'zone') {
    if (mode === 'Hints') return "its hints name the proxy's zone"
    const isLent = mode === 'Auto' && distanceOf(candidate, viewpoint) > 0
    return isLent ? "lent to the proxy's zone by Auto" : "in the proxy's zone"
  }
  if (mode === 'ClusterWide') return 'cluster-wide: all endpoints are used'
  if (viewpoint.zone === '') return "all are used: the proxy's zone is unknown"
  return isSteeredAway(decision, viewpoint)
    ? "all are used: the proxy's zone has too few"
    : 'all are used: the rule names none for this proxy'
}

function notesFor(decision: Decision, scope: Scope, viewpoint: Viewpoint): string[] {
  const { eligible, lastResort, mode, zones } = decision
  if (eligible.length === 0) return ['no endpoint can be used: requests are answered 503']
  if (lastResort) return ['no endpoint is ready: those that still serve are used, from every zone']
  if (scope !== 'all' || mode === 'ClusterWide') return []
  if (viewpoint.zone === '') return ["the proxy's zone is unknown: all endpoints are used"]
  if (isSteeredAway(decision, viewpoint)) return [scarcityNote(decision, viewpoint)]
  // Of endpoints that were set back the decision has said why.
  const isSetBack = decision.behind.some(one => zoneKey(one) === zoneKey(viewpoint))
  return zones.size > 0 && !isSetBack ? [nobodyHere(decision, viewpoint)] : []
}

/** The zone would be served on its own, had it not too few endpoints. */
function isSteeredAway(decision: Decision, viewpoint: Viewpoint): boolean {
  return isScarce(decision, viewpoint) && decision.zones.has(zoneKey(viewpoint))
}

function scarcityNote({ policy, hintsByZone }: Decision, viewpoint: Viewpoint): string {
  const { value, origin } = policy.minEndpoints
  const count = hintsByZone.get(zoneKey(viewpoint)) ?? 0
  const endpoints = `${count} endpoint${count === 1 ? '' : 's'}`
  return `zone ${placeName(viewpoint)} has ${endpoints} and minEndpoints is ${value} (${origin}): all endpoints are used`
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
