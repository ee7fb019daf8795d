import { Map as ImmutableMap } from 'immutable'
import { zoneKey } from '../locality/place.ts'
import type { StoredEntry } from '../model/change.ts'
import type { Demand, Drain, SourceSettings, StaleSource } from '../model/control.ts'
import type { EntryKey } from '../model/entry.ts'
import type { SourceDefaults } from '../model/locality-settings.ts'
import type { Node, Zone } from '../model/topology.ts'
import { Capacities } from './capacities.ts'
import { networksOf } from './networks.ts'
import { fleetRealm, type Realm } from './realm.ts'
import { Regions } from './regions.ts'
import { settled } from './settled.ts'
import type { Surroundings } from './surroundings.ts'
import type { World } from './world.ts'

type Key = EntryKey & { readonly source: string }

/** A source that is in the fleet of another group than before. */
export interface Regrouped {
  readonly source: string
  readonly from: Realm
  readonly to: Realm
}

/** What services read beside their own entries, of the next world while it is being made. */
export class SurroundingsDraft {
  /** Of the services that this draft makes: settled by `finish`. */
  readonly current: { -readonly [field in keyof Surroundings]: Surroundings[field] }
  readonly #zones: World['zones']
  readonly #zonesBefore: World['zones']
  #nodes: World['nodes']
  #zonesMoved = false
  /** Sources of which zones or nodes changed. */
  readonly #sources = new Set<string>()
  /** Sources of which the defaults changed. */
  readonly #redefaulted = new Set<string>()
  /** Sources whose settings are others, or that fell silent or were heard again. */
  readonly #resettled = new Set<string>()
  /** Zones that were drained or are no more, without their regions. */
  readonly #redrained = new Set<string>()
  #demandMoved = false
  readonly #settingsBefore: Surroundings['sourceSettings']

  constructor({ zones, nodes, ...surroundings }: Pick<World, 'zones' | 'nodes' | keyof Surroundings>) {
    const { regions, capacities, defaults, drains, demand, sourceSettings, staleSources, networks } =
      surroundings
    this.current = { regions, capacities, defaults, drains, demand, sourceSettings, staleSources, networks }
    this.#settingsBefore = sourceSettings
    this.#zones = zones.asMutable()
    this.#zonesBefore = zones
    this.#nodes = nodes
  }

  setZone({ source, name }: Key, entry: StoredEntry | undefined): void {
    const key = `${source}/${name}`
    const zone = entry && (JSON.parse(entry.body) as Zone)
    // The name of the entry is the zone with its region: while that stands, only the capacity can be another.
    if ((zone === undefined) !== !this.#zones.has(key)) this.#zonesMoved = true
    this.#sources.add(source)
    if (zone === undefined) this.#zones.delete(key)
    else this.#zones.set(key, { source, zone })
  }

  setNode({ source, name }: Key, entry: StoredEntry | undefined): void {
    const own = this.#nodes.get(source) ?? ImmutableMap<string, Node>()
    this.#sources.add(source)
    const next = entry ? own.set(name, JSON.parse(entry.body) as Node) : own.delete(name)
    this.#nodes = next.size > 0 ? this.#nodes.set(source, next) : this.#nodes.delete(source)
  }

  setDefaults({ source }: Key, entry: StoredEntry | undefined): void {
    const { defaults } = this.current
    this.#redefaulted.add(source)
    this.current.defaults = entry
      ? defaults.set(source, { settings: JSON.parse(entry.body) as SourceDefaults, since: entry.since })
      : defaults.delete(source)
  }

  setDrain({ name }: Key, entry: StoredEntry | undefined): void {
    const { drains } = this.current
    this.#redrained.add(name.slice(name.indexOf('/') + 1))
    const drain = entry && { ...(JSON.parse(entry.body) as Drain), since: entry.since }
    this.current.drains = changed(drains, keyOfZone(name), drain)
  }

  setDemand({ name }: Key, entry: StoredEntry | undefined): void {
    const { demand } = this.current
    this.#demandMoved = true
    this.current.demand = changed(demand, keyOfZone(name), entry && (JSON.parse(entry.body) as Demand))
  }

  setSourceSettings({ name }: Key, entry: StoredEntry | undefined): void {
    this.#resettled.add(name)
    const settings = entry && (JSON.parse(entry.body) as SourceSettings)
    this.current.sourceSettings = changed(this.current.sourceSettings, name, settings)
  }

  setStaleSource({ name }: Key, entry: StoredEntry | undefined): void {
    this.#resettled.add(name)
    const stale = entry && (JSON.parse(entry.body) as StaleSource)
    this.current.staleSources = changed(this.current.staleSources, name, stale)
  }

  finish(): Pick<World, 'zones' | 'nodes' | keyof Surroundings> & {
    /** Endpoints of any service may stand elsewhere now. */
    readonly placesChanged: boolean
    /** The sources whose capacities are others than before. */
    readonly recapacitated: () => ReadonlySet<string>
    /** The sources whose defaults are others than before. */
    readonly redefaulted: ReadonlySet<string>
    readonly resettled: ReadonlySet<string>
    readonly regrouped: readonly Regrouped[]
    readonly redrained: ReadonlySet<string>
    readonly demandMoved: boolean
  } {
    const zones = settled(this.#zones, this.#zonesBefore)
    const nodes = this.#nodes
    const before = this.current.capacities
    if (this.#zonesMoved) this.current.regions = new Regions(zones.values())
    if (this.#sources.size > 0) this.current.capacities = new Capacities(nodes, zones, this.current.regions)
    const regrouped = this.#regrouped()
    if (this.#zonesMoved || this.#resettled.size > 0) this.#renewNetworks()
    const { current } = this
    return {
      zones,
      nodes,
      ...current,
      placesChanged: this.#zonesMoved,
      recapacitated: () => this.#differing(before, current.capacities),
      redefaulted: this.#redefaulted,
      resettled: this.#resettled,
      regrouped,
      redrained: this.#redrained,
      demandMoved: this.#demandMoved,
    }
  }

  #regrouped(): Regrouped[] {
    const fleetIn = (settings: Surroundings['sourceSettings'], source: string) =>
      fleetRealm(settings.get(source)?.group)
    return [...this.#resettled].flatMap(source => {
      const from = fleetIn(this.#settingsBefore, source)
      const to = fleetIn(this.current.sourceSettings, source)
      return from === to ? [] : [{ source, from, to }]
    })
  }

  /** Endpoints in a network, and proxies in it, may be of any source that names one. */
  #renewNetworks(): void {
    const { sourceSettings, networks: before, regions } = this.current
    const networks = networksOf(sourceSettings, regions)
    const isSame = JSON.stringify(networks) === JSON.stringify(before)
    this.current.networks = isSame ? before : networks
    const names = (settings: Surroundings['sourceSettings']) => settings.map(({ network }) => network)
    if (isSame && names(sourceSettings).equals(names(this.#settingsBefore))) return
    for (const [source, { network }] of [...sourceSettings, ...this.#settingsBefore]) {
      if (network !== undefined) this.#resettled.add(source)
    }
  }

  #differing(before: Capacities, after: Capacities): ReadonlySet<string> {
    const text = (capacities: Capacities, source: string) => JSON.stringify(capacities.of(source))
    return new Set([...this.#sources].filter(source => text(before, source) !== text(after, source)))
  }
}

/** The name of a zone's entry is "region/zone", or "zone" where it has none. */
function keyOfZone(name: string): string {
  return name.includes('/') ? name : zoneKey({ region: '', zone: name })
}

function changed<T>(
  map: ImmutableMap<string, T>,
  key: string,
  value: T | undefined,
): ImmutableMap<string, T> {
  return value === undefined ? map.delete(key) : map.set(key, value)
}
