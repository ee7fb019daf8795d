import type { PlacedDemand } from '../locality/balance.ts'
import { type Place, zoneKey } from '../locality/place.ts'
import type { ZoneCount } from '../model/report.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { Reporters } from '../xds/load-reports/reporters.ts'
import type { ViewpointCensus } from '../xds/tables/viewpoint-census.ts'
import { Alarm } from './alarm.ts'
import { DemandUnit, type ZoneProxies } from './demand-unit.ts'
import { LastingPeak } from './lasting-peak.ts'

/** Finds out what the clients in each zone ask for. */
export interface DemandMeter {
  /** At this moment: each zone that asks for something, once; smoothed so that what is soon over is not seen. */
  read(): readonly PlacedDemand[]
  /** Calls back when `read` may say something else than before. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void
  close(): void
}

type Amounts = Omit<ZoneProxies, keyof Place>
const AMOUNTS = ['proxies', 'reporters', 'rate'] as const satisfies readonly (keyof Amounts)[]
const NOTHING: Amounts = { proxies: 0, reporters: 0, rate: 0 }

interface Zone {
  /** As the proxies say it: their region may be known later, or another. */
  readonly viewpoint: Viewpoint
  /** Of this replica, and of all others. */
  own: Amounts
  others: Amounts
  readonly peaks: Readonly<Record<keyof Amounts, LastingPeak>>
}

interface Options {
  readonly census: Pick<ViewpointCensus, 'subscribe'>
  readonly reporters: Pick<Reporters, 'zones' | 'subscribe'>
  /** Fills in the regions of zones. */
  readonly locate: (viewpoint: Viewpoint) => Viewpoint
  /** For so long a zone counts the most that it had, in milliseconds. */
  readonly window: number
  /** So long more must last to count, in milliseconds; 0 where there are no other replicas. */
  readonly hold: number
  /** How often load reports are looked at, in milliseconds, when there are some. */
  readonly beat: number
}

/**
 * Demand as what the proxies of each zone send, or as how many they are (see `DemandUnit`), over all replicas. A zone
 * counts the most that it had within the window, so that a fleet that reconnects moves nothing.
 *
 * It is the peak of the sum and not the sum of peaks: proxies that move to another replica are counted there at once, and
 * would be counted here for the window too. A replica that died goes on to count until it is missed, while its proxies
 * are elsewhere already: so more counts when it has been there for as long as that takes (`hold`).
 */
export class FleetDemand implements DemandMeter {
  readonly #options: Options
  readonly #unit: DemandUnit
  readonly #zones = new Map<string, Zone>()
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: () => void
  /** For the moment at which a peak is so long ago that it does not count any more, or a rise has lasted. */
  readonly #alarm = new Alarm(() => this.#passed())
  readonly #beat = new Alarm(() => this.#look())

  constructor(options: Options) {
    this.#options = options
    this.#unit = new DemandUnit(options.window)
    const unsubscribes = [
      options.census.subscribe((viewpoint, change) => this.#count(viewpoint, change)),
      options.reporters.subscribe(() => this.#beat.set(options.beat)),
    ]
    this.#unsubscribe = () => {
      for (const one of unsubscribes) one()
    }
  }

  /** What is connected to this replica now. */
  own(): ZoneCount[] {
    return [...this.#zones.values()].flatMap(({ viewpoint: { region, zone }, own }) =>
      own.proxies + own.reporters > 0
        ? [{ region, zone, ...own, rate: Number(own.rate.toPrecision(3)) }]
        : [],
    )
  }

  /** Takes what is connected to all other replicas now. */
  hear(counts: readonly ZoneCount[]): void {
    const others = new Map<string, Amounts>()
    for (const { proxies, reporters = 0, rate = 0, ...place } of counts) {
      this.#zone(place)
      const before = others.get(zoneKey(place)) ?? NOTHING
      others.set(zoneKey(place), added(before, { proxies, reporters, rate }))
    }
    for (const [key, zone] of this.#zones) {
      zone.others = others.get(key) ?? NOTHING
      this.#settle(zone)
    }
  }

  read(): readonly PlacedDemand[] {
    const now = performance.now()
    const demand = this.#unit.demand([...this.#located(now).values()], now)
    this.#wakeAt(this.#unit.holdsUntil, now)
    return demand
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#unsubscribe()
    this.#alarm.stop()
    this.#beat.stop()
  }

  #located(now: number): Map<string, ZoneProxies> {
    const zones = new Map<string, ZoneProxies>()
    for (const { viewpoint, peaks } of this.#zones.values()) {
      const { region, zone } = this.#options.locate(viewpoint)
      const key = zoneKey({ region, zone })
      const amounts = added(zones.get(key) ?? NOTHING, peaksAt(peaks, now))
      if (AMOUNTS.some(name => amounts[name] > 0)) zones.set(key, { region, zone, ...amounts })
    }
    return zones
  }

  /** Proxies of which no zone is known are sent everywhere: they load all zones alike. */
  #count(viewpoint: Viewpoint, change: 1 | -1): void {
    if (viewpoint.zone === '') return
    const zone = this.#zone(viewpoint)
    zone.own = { ...zone.own, proxies: zone.own.proxies + change }
    this.#settle(zone)
  }

  /** What those that report say by now. */
  #look(): void {
    const reporting = new Map(this.#options.reporters.zones().map(one => [this.#zone(one), one]))
    for (const zone of this.#zones.values()) {
      const { reporters, rate } = reporting.get(zone) ?? NOTHING
      zone.own = { ...zone.own, reporters, rate }
      this.#settle(zone)
    }
  }

  #zone({ region, zone }: Place): Zone {
    const key = zoneKey({ region, zone })
    const known = this.#zones.get(key)
    if (known !== undefined) return known
    const { hold, window } = this.#options
    const peak = () => new LastingPeak(hold, window)
    const made: Zone = {
      viewpoint: { region, zone, subZone: '', node: '', source: '', network: '' },
      own: NOTHING,
      others: NOTHING,
      peaks: { proxies: peak(), reporters: peak(), rate: peak() },
    }
    this.#zones.set(key, made)
    return made
  }

  #settle({ own, others, peaks }: Zone): void {
    const now = performance.now()
    const amounts = added(own, others)
    let isNews = false
    for (const name of AMOUNTS) {
      const before = peaks[name].at(now)
      peaks[name].set(amounts[name], now)
      this.#wakeAt(peaks[name].changesAfter(now), now)
      isNews ||= peaks[name].at(now) !== before
    }
    if (isNews) this.#tell()
  }

  #passed(): void {
    const now = performance.now()
    for (const [key, { own, others, peaks }] of this.#zones) {
      const amounts = added(added(own, others), peaksAt(peaks, now))
      for (const name of AMOUNTS) this.#wakeAt(peaks[name].changesAfter(now), now)
      if (AMOUNTS.every(name => amounts[name] === 0)) this.#zones.delete(key)
    }
    this.#tell()
  }

  #wakeAt(time: number | undefined, now: number): void {
    if (time !== undefined) this.#alarm.set(Math.ceil(time - now))
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function added(a: Amounts, b: Amounts): Amounts {
  return {
    proxies: a.proxies + b.proxies,
    reporters: a.reporters + b.reporters,
    rate: a.rate + b.rate,
  }
}

function peaksAt(peaks: Zone['peaks'], now: number): Amounts {
  return { proxies: peaks.proxies.at(now), reporters: peaks.reporters.at(now), rate: peaks.rate.at(now) }
}
