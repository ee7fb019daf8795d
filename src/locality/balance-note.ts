import type { Balance } from './balance.ts'
import type { ZoneWeight } from './locality-policy.ts'
import { percent } from './percent.ts'
import { type Place, zoneKey, zoneName } from './place.ts'
import { sum } from './sum.ts'

/** How many zones a note names before it only counts them. */
const NAMED = 5

/**
 * The figures behind a zone's row, for people: "zone r1/zone-a asks for 8 of 10 and has 3 of 9 endpoints: it may be
 * loaded 10 % above the mean, with 36.7 % of all; 54.2 % of its requests go to zone r1/zone-b, zone r1/zone-c".
 */
export function balanceNote(balance: Balance, from: Place, zones: readonly ZoneWeight[]): string {
  const { loads, headroom, endpoints, flow } = balance
  const { demand = 0, capacity = 0 } = loads.find(isAt(from)) ?? {}
  const total = sum(loads.map(one => one.demand))
  const asks =
    total === 0
      ? `no demand is known; ${zoneName(from)}`
      : `${zoneName(from)} asks for ${figure(demand)} of ${figure(total)} and`
  // Weights are whole numbers from 1: as many as endpoints are all 1.
  const unit = endpoints === flow.capacity ? 'endpoints' : "of all endpoints' weight"
  const limit = Math.min(1, (capacity / flow.capacity) * (1 + headroom / 100))
  const mayBe = `: it may be loaded ${headroom} % above the mean, with ${percent(limit)} of all`
  const isLimited = total > 0 && capacity > 0
  return `${asks} has ${capacity} of ${flow.capacity} ${unit}${isLimited ? mayBe : ''}; ${outcome(from, zones)}`
}

function outcome(from: Place, zones: readonly ZoneWeight[]): string {
  const others = zones.filter(one => !isAt(from)(one))
  if (others.length === 0) return 'all of its requests stay'
  const total = sum(zones.map(one => one.weight))
  const leaving = sum(others.map(one => one.weight))
  const names = others.slice(0, NAMED).map(zoneName).join(', ')
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : ''
  return `${leaving === total ? 'all' : percent(leaving / total)} of its requests go to ${names}${more}`
}

function isAt(place: Place): (one: Place) => boolean {
  return one => zoneKey(one) === zoneKey(place)
}

/** Counts as they are, rates to six digits. */
function figure(amount: number): string {
  return String(Number(amount.toPrecision(6)))
}
