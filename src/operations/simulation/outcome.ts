import { assign } from '../../locality/assign.ts'
import type { Assignment } from '../../locality/assignment.ts'
import type { Candidate } from '../../locality/candidate.ts'
import type { Decision } from '../../locality/decision.ts'
import { type Place, placeName, zoneKey } from '../../locality/place.ts'
import { type Spread, spread } from '../../locality/spread.ts'
import { sum } from '../../locality/sum.ts'
import { usableOf } from '../../locality/usable.ts'
import { viewpointClass } from '../../locality/viewpoint-class.ts'
import { type ZoneShares, zoneShares } from '../../locality/zone-shares.ts'
import type { Turns } from '../in-turns.ts'
import type { BeforeAndAfter, Side } from './sides.ts'

/** What becomes of the requests to a port of a service. */
export interface Outcome {
  readonly zones: readonly ZoneOutcome[]
  /** By endpoint that is sent to somebody: requests of all zones together, in the unit of the demand. */
  readonly requests: ReadonlyMap<Candidate, number>
}

/** What becomes of the requests of one zone. */
export interface ZoneOutcome {
  readonly from: Place
  readonly amount: number
  /** By `zoneKey` of the endpoints' zone; none where requests are answered 503. */
  readonly to: ZoneShares
  /** No request gets to an endpoint that does not fail. */
  readonly unservable: boolean
  readonly panics: boolean
}

/** Where the requests of each of these zones go on both sides, by the very assignments that its Envoys would be served. */
export async function outcomesOf(
  { before, after }: BeforeAndAfter<Side>,
  from: readonly Place[],
  turns: Turns,
): Promise<BeforeAndAfter<Outcome>> {
  // Most changes leave most services as they are, and so their assignments.
  const assignments: Assignments = new Map()
  return {
    before: await outcomeOf(before, from, turns, assignments),
    after: await outcomeOf(after, from, turns, after.decision === before.decision ? assignments : new Map()),
  }
}

/** Of one decision, by class of viewpoints. */
type Assignments = Map<string, Assignment>

async function outcomeOf(
  side: Side,
  from: readonly Place[],
  turns: Turns,
  assignments: Assignments,
): Promise<Outcome> {
  const { decision, demand } = side
  const requests = new Map<Candidate, number>()
  for (const candidate of usableOf(decision)) requests.set(candidate, 0)
  const zones: ZoneOutcome[] = []
  for (const place of from) {
    const given = decision && spreadFrom(side, decision, place, assignments)
    const amount = demand.of(place)
    zones.push(zoneOutcome(side, place, given))
    given?.assignment.endpoints.forEach(({ candidate }, index) => {
      const share = given.shares[index] ?? 0
      if (share > 0) requests.set(candidate, (requests.get(candidate) ?? 0) + amount * share)
    })
    await turns.between()
  }
  return { zones, requests }
}

interface SpreadAssignment extends Spread {
  readonly assignment: Assignment
}

/** Zones of one class have one assignment, as their proxies do. */
function spreadFrom(
  { viewpointFrom, balancingFrom, isWell }: Side,
  decision: Decision,
  place: Place,
  assignments: Assignments,
): SpreadAssignment {
  const viewpoint = viewpointFrom(place)
  const viewpoints = viewpointClass(decision, viewpoint)
  const assignment = assignments.get(viewpoints) ?? assign(decision, viewpoint)
  assignments.set(viewpoints, assignment)
  return { assignment, ...spread(assignment, isWell, balancingFrom(place)) }
}

function zoneOutcome(
  { isLost, demand }: Side,
  from: Place,
  given: SpreadAssignment | undefined,
): ZoneOutcome {
  const amount = demand.of(from)
  if (given === undefined) return { from, amount, to: new Map(), unservable: true, panics: false }
  const { assignment, shares, healthy, panics } = given
  const isServed = assignment.endpoints.some(
    ({ candidate }, index) => (healthy[index] ?? 0) > 0 && !isLost(candidate),
  )
  return { from, amount, to: zoneShares(assignment, shares), unservable: !isServed, panics }
}

/** Requests that stay in their zone, and all requests. */
export function inZone({ zones }: Outcome): { readonly stay: number; readonly all: number } {
  const stay = sum(zones.map(({ from, to, amount }) => amount * (to.get(zoneKey(from))?.share ?? 0)))
  return { stay, all: sum(zones.map(({ amount }) => amount)) }
}

/** The share of the requests after the changes that go elsewhere than before, or nowhere, or no longer so. */
export function movedShare(before: Outcome, after: Outcome): number {
  const all = sum(after.zones.map(({ amount }) => amount))
  if (all === 0) return 0
  const moved = after.zones.map(({ to, amount }, index) => amount * difference(before.zones[index]?.to, to))
  return sum(moved) / all
}

function difference(before: ZoneOutcome['to'] = new Map(), after: ZoneOutcome['to']): number {
  const changes = [...new Set([...before.keys(), ...after.keys()])].map(
    key => (after.get(key)?.share ?? 0) - (before.get(key)?.share ?? 0),
  )
  const gained = sum(changes.filter(one => one > 0))
  return Math.max(gained, gained - sum(changes))
}

/** Requests for each unit of weight, on average over all endpoints that can be used; undefined where there are none. */
export function meanLoad({ requests }: Outcome): number | undefined {
  const mean = sum([...requests.values()]) / sum([...requests.keys()].map(({ weight }) => weight))
  return mean > 0 ? mean : undefined
}

export function placeNames(zones: readonly ZoneOutcome[], which: 'unservable' | 'panics'): string[] {
  return zones.filter(one => one[which]).map(({ from }) => placeName(from))
}
