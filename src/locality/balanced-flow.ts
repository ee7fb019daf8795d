import { compare } from '../model/order.ts'
import { apportion } from './apportion.ts'
import type { ZoneWeight } from './locality-policy.ts'
import type { Place } from './place.ts'
import { sum } from './sum.ts'

/** What one zone asks of a service, and what it has of it. Each zone is given once. */
export interface ZoneLoad extends Place {
  /** How much its clients ask for, in any unit that is the same for all zones; 0 or more. */
  readonly demand: number
  /** The sum of the weights of its eligible endpoints; 0 or more. */
  readonly capacity: number
}

/** Where the demand of each zone goes; `balancedShares` reads the row of one zone. */
export interface BalancedFlow {
  readonly capacity: number
  /** By region, then zone. */
  readonly zones: readonly Margin[]
  readonly regions: ReadonlyMap<string, Pool>
  /** Room that is left in all regions once each has helped itself. */
  readonly spare: number
}

/** How far a zone's demand is from its limit. */
interface Margin extends Place {
  readonly capacity: number
  readonly demand: number
  /** Demand above the zone's limit, which must leave; where there is some, there is no room. */
  readonly excess: number
  /** What the zone may take in beside its own demand. */
  readonly room: number
}

/** The zones of a region together, once each has kept what it may. */
interface Pool {
  readonly excess: number
  readonly room: number
}

/**
 * Keeps as much demand in its zone as loads no zone above the mean by more than the headroom (in percent); what is
 * above goes to zones of the same region with room, and what finds none there to other regions.
 *
 * A transportation problem with the costs 0 (own zone), 1 (same region), 2 (elsewhere), which is solved by taking
 * the cheapest ways first (A. J. Hoffman, On simple linear programming problems, 1963: such costs are a Monge
 * sequence). No plan is better: at least `demand - limit` must leave a zone, and a region, that has more demand than
 * limit; here exactly that much does. So the plan is the cheapest for all costs that grow with the distance. The
 * limits together are the demand and the headroom on top: everything finds a place.
 *
 * Of the equally good plans it takes the one that fills the room of all zones at one distance by the same fraction,
 * and shares room that is too small in proportion to what is asked of it. No name comes first, and a small change of
 * demand moves little.
 *
 * Everything is multiplied by 100 × capacity, so that whole numbers stay whole: sums up to 2^53 are exact, and
 * demand in another unit gives the same bits.
 */
export function balancedFlow(zones: readonly ZoneLoad[], headroom: number): BalancedFlow {
  const sorted = [...zones].sort((a, b) => compare(a.region, b.region) || compare(a.zone, b.zone))
  const capacity = sum(sorted.map(one => one.capacity))
  // Limits that are as the capacity, where nothing has been asked for yet.
  const total = sum(sorted.map(one => one.demand)) || 1

  const margins = sorted.map((one): Margin => {
    const demand = one.demand * capacity * 100
    const limit = one.capacity * total * (100 + headroom)
    const { region, zone } = one
    const [excess, room] = [Math.max(0, demand - limit), Math.max(0, limit - demand)]
    return { region, zone, capacity: one.capacity, demand, excess, room }
  })
  const regions = new Map<string, Pool>()
  for (const { region, excess, room } of margins) {
    const pool = regions.get(region) ?? NOTHING
    regions.set(region, { excess: pool.excess + excess, room: pool.room + room })
  }
  return { capacity, zones: margins, regions, spare: sum([...regions.values()].map(spareOf)) }
}

const NOTHING: Pool = { excess: 0, room: 0 }

export interface ZoneShare extends Place {
  readonly share: number
}

/**
 * Which zones serve the requests of one zone, and how much of them: shares above 0 that sum to 1, by region, then
 * zone. None where the service has no capacity at all. A zone without demand gets what its first request would: its
 * own zone where that has capacity, the nearest room where not; so does a zone that the flow does not know, and so
 * do all while there is no demand at all.
 */
export function balancedShares(flow: BalancedFlow, from: Place): ZoneShare[] {
  if (flow.capacity === 0) return []
  const isHome = (one: Place) => one.region === from.region && one.zone === from.zone
  const leaving = leavingOf(flow.zones.find(isHome))
  const near = flow.regions.get(from.region) ?? NOTHING
  const nearPlaces = Math.max(near.excess, near.room)
  const crossing = nearPlaces > 0 ? leaving * (Math.max(0, near.excess - near.room) / nearPlaces) : leaving

  // Who leaves has no room at home, and a region that some leave has none to spare: no way needs to be barred.
  return flow.zones
    .map(one => {
      const pool = flow.regions.get(one.region) ?? NOTHING
      const kept = isHome(one) ? 1 - leaving : 0
      const nearby = one.region === from.region && one.room > 0 ? leaving * (one.room / nearPlaces) : 0
      const spare = one.room > 0 ? (spareOf(pool) / flow.spare) * (one.room / pool.room) : 0
      // Nobody has room when all are exactly at their limits: then all get the same on top.
      const far = crossing * (flow.spare > 0 ? spare : one.capacity / flow.capacity)
      return { region: one.region, zone: one.zone, share: kept + nearby + far }
    })
    .filter(({ share }) => share > 0)
}

/** To what the weights of a zone's row sum. */
export const WEIGHTS = 10_000

/**
 * The shares as weights for Envoy: whole numbers from 1 that sum to 10,000, or none at all. A zone that would get
 * less than about half a ten-thousandth is not named: connections to another zone are not worth that little.
 */
export function balancedWeights(flow: BalancedFlow, from: Place): ZoneWeight[] {
  const shares = balancedShares(flow, from)
  if (shares.length === 0) return []
  const weights = apportion(
    shares.map(one => one.share),
    WEIGHTS,
  )
  return shares
    .map(({ region, zone }, index) => ({ region, zone, weight: weights[index] as number }))
    .filter(({ weight }) => weight > 0)
}

/** The fraction of a zone's demand that leaves it. */
function leavingOf(home: Margin | undefined): number {
  if (home === undefined || home.capacity === 0) return 1
  return home.demand > 0 ? home.excess / home.demand : 0
}

function spareOf({ excess, room }: Pool): number {
  return Math.max(0, room - excess)
}
