import type { PlacedDemand } from '../locality/balance.ts'
import { zoneKey } from '../locality/place.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { ViewpointCensus } from '../xds/viewpoint-census.ts'
import { Alarm } from './alarm.ts'
import { RecentPeak } from './recent-peak.ts'

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
  readonly proxies: RecentPeak
}

/**
 * Demand as the number of proxies that are connected to this replica from each zone, until loads are measured. A zone
 * counts the most that it had within the window (milliseconds), so that a fleet that reconnects moves nothing.
 */
export class ConnectedProxies implements DemandMeter {
  readonly #locate: (viewpoint: Viewpoint) => Viewpoint
  readonly #window: number
  readonly #zones = new Map<string, Zone>()
  readonly #listeners = new Set<() => void>()
  readonly #unsubscribe: () => void
  /** For the moment at which a peak is so long ago that it does not count any more. */
  readonly #alarm = new Alarm(() => this.#passed())

  constructor(census: ViewpointCensus, locate: (viewpoint: Viewpoint) => Viewpoint, window: number) {
    this.#locate = locate
    this.#window = window
    this.#unsubscribe = census.subscribe((viewpoint, change) => this.#count(viewpoint, change))
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
    const key = zoneKey(viewpoint)
    const zone = this.#zones.get(key) ?? { viewpoint, proxies: new RecentPeak(this.#window) }
    this.#zones.set(key, zone)
    zone.proxies.set(zone.proxies.value + change, performance.now())
    if (change < 0) this.#alarm.set(this.#window)
    else this.#tell()
  }

  #passed(): void {
    const now = performance.now()
    for (const [key, { proxies }] of this.#zones) {
      const next = proxies.fallsAfter(now)
      if (next !== undefined) this.#alarm.set(Math.ceil(next - now))
      if (proxies.at(now) === 0) this.#zones.delete(key)
    }
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
