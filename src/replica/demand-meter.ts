import type { PlacedDemand } from '../locality/balance.ts'
import { zoneKey } from '../locality/place.ts'
import type { ZoneCount } from '../model/report.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { ViewpointCensus } from '../xds/viewpoint-census.ts'
import { Alarm } from './alarm.ts'
import { LastingPeak } from './lasting-peak.ts'

/** Finds out what the clients in each zone ask for. */
export interface DemandMeter {
  /** At this moment: each zone that asks for something, once; smoothed so that what is soon over is not seen. */
  read(): PlacedDemand[]
  /** Calls back when `read` may say something else than before. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void
  close(): void
}

interface Zone {
  /** As the proxies say it: their region may be known later, or another. */
  readonly viewpoint: Viewpoint
  /** Connected to this replica, and to all others. */
  own: number
  others: number
  readonly proxies: LastingPeak
}

/**
 * Demand as the number of proxies that are connected to any replica from each zone, until loads are measured. A zone
 * counts the most that it had within the window (milliseconds), so that a fleet that reconnects moves nothing.
 *
 * It is the peak of the sum and not the sum of peaks: proxies that move to another replica are counted there at once, and
 * would be counted here for the window too. A replica that died goes on to count until it is missed, while its proxies
 * are elsewhere already: so more proxies count when they have been there for as long as that takes (`hold`,
 * milliseconds; 0 where there are no other replicas).
 */
export class ConnectedProxies implements DemandMeter {
  readonly #locate: (viewpoint: Viewpoint) => Viewpoint
  readonly #window: number
  readonly #hold: number
  readonly #zones = new Map<string, Zone>()
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: () => void
  /** For the moment at which a peak is so long ago that it does not count any more, or a rise has lasted. */
  readonly #alarm = new Alarm(() => this.#passed())

  constructor(
    census: ViewpointCensus,
    locate: (viewpoint: Viewpoint) => Viewpoint,
    window: number,
    hold = 0,
  ) {
    this.#locate = locate
    this.#window = window
    this.#hold = hold
    this.#unsubscribe = census.subscribe((viewpoint, change) => this.#count(viewpoint, change))
  }

  /** Those that are connected to this replica now. */
  own(): ZoneCount[] {
    return [...this.#zones.values()].flatMap(({ viewpoint: { region, zone }, own }) =>
      own > 0 ? [{ region, zone, proxies: own }] : [],
    )
  }

  /** Takes what is connected to all other replicas now. */
  hear(counts: readonly ZoneCount[]): void {
    const others = new Map<string, number>()
    for (const { region, zone, proxies } of counts) {
      const { viewpoint } = this.#zone({ region, zone, subZone: '', node: '', source: '', network: '' })
      const key = zoneKey(viewpoint)
      others.set(key, proxies + (others.get(key) ?? 0))
    }
    for (const [key, zone] of this.#zones) {
      zone.others = others.get(key) ?? 0
      this.#settle(zone)
    }
  }

  read(): PlacedDemand[] {
    const now = performance.now()
    const demand = new Map<string, PlacedDemand>()
    for (const { viewpoint, proxies } of this.#zones.values()) {
      const { region, zone } = this.#locate(viewpoint)
      const key = zoneKey({ region, zone })
      const asked = proxies.at(now) + (demand.get(key)?.demand ?? 0)
      if (asked > 0) demand.set(key, { region, zone, demand: asked })
    }
    return [...demand.values()]
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#unsubscribe()
    this.#alarm.stop()
  }

  /** Proxies of which no zone is known are sent everywhere: they load all zones alike. */
  #count(viewpoint: Viewpoint, change: 1 | -1): void {
    if (viewpoint.zone === '') return
    const zone = this.#zone(viewpoint)
    zone.own += change
    this.#settle(zone)
  }

  #zone(viewpoint: Viewpoint): Zone {
    const key = zoneKey(viewpoint)
    const known = this.#zones.get(key)
    if (known !== undefined) return known
    const zone = { viewpoint, own: 0, others: 0, proxies: new LastingPeak(this.#hold, this.#window) }
    this.#zones.set(key, zone)
    return zone
  }

  #settle({ own, others, proxies }: Zone): void {
    const now = performance.now()
    const before = proxies.at(now)
    proxies.set(own + others, now)
    const next = proxies.changesAfter(now)
    if (next !== undefined) this.#alarm.set(Math.ceil(next - now))
    if (proxies.at(now) !== before) this.#tell()
  }

  #passed(): void {
    const now = performance.now()
    for (const [key, { own, others, proxies }] of this.#zones) {
      const next = proxies.changesAfter(now)
      if (next !== undefined) this.#alarm.set(Math.ceil(next - now))
      if (own + others + proxies.at(now) === 0) this.#zones.delete(key)
    }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
