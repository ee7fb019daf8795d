import type { PlacedDemand } from '../locality/balance.ts'
import type { Place } from '../locality/place.ts'
import { sum } from '../locality/sum.ts'

/** What is known of the proxies of one zone, on all replicas. */
export interface ZoneProxies extends Place {
  /** Connected. */
  readonly proxies: number
  /** Those that report what they send. */
  readonly reporters: number
  /** What the reporters send together, in requests a second. */
  readonly rate: number
}

/** Of a zone's proxies so many must report for requests to be the unit, and so many for it to stay that. */
const NEARLY_ALL = 0.9
const MOST = 0.8

/** Requests a second, of all zones, below which rates are more chance than load. */
const FEWEST = 10

/**
 * What demand is counted in, for all zones alike: requests a second where nearly all proxies of every zone report them,
 * else proxies. A zone of which half is not heard would seem to ask for half.
 *
 * The unit stays while a fleet reconnects or grows: reports come some seconds after the proxies (Envoy waits 5 s), so too
 * few are too few only after `window` milliseconds. And the last rates stay while hardly anything is sent: at night the
 * figures of the day are better than those of ten requests.
 */
export class DemandUnit {
  readonly #window: number
  #rates: readonly PlacedDemand[] | undefined
  #reportedAt = 0
  #holdsUntil: number | undefined

  constructor(window: number) {
    this.#window = window
  }

  /** Each zone that asks for something. `now`: milliseconds of a clock that never goes back. */
  demand(zones: readonly ZoneProxies[], now: number): readonly PlacedDemand[] {
    const least = this.#rates === undefined ? NEARLY_ALL : MOST
    this.#holdsUntil = undefined
    if (zones.every(({ proxies, reporters }) => reporters >= least * proxies)) {
      this.#reportedAt = now
      if (sum(zones.map(one => one.rate)) >= FEWEST) this.#rates = asking(zones, rateOf)
    } else if (now < this.#reportedAt + this.#window) {
      this.#holdsUntil = this.#reportedAt + this.#window
    } else {
      this.#rates = undefined
    }
    return this.#rates ?? asking(zones, ({ proxies }) => proxies)
  }

  /** When what `demand` said last may be too old, if nothing else happens. */
  get holdsUntil(): number | undefined {
    return this.#holdsUntil
  }
}

/** The few that do not report are taken to send what the others do. Three digits: more would be chance. */
function rateOf({ proxies, reporters, rate }: ZoneProxies): number {
  return Number((rate * Math.max(1, proxies / Math.max(1, reporters))).toPrecision(3))
}

function asking(zones: readonly ZoneProxies[], amountOf: (zone: ZoneProxies) => number): PlacedDemand[] {
  return zones
    .map(one => ({ region: one.region, zone: one.zone, demand: amountOf(one) }))
    .filter(({ demand }) => demand > 0)
}
