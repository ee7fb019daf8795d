import { sum } from '../../locality/sum.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { ConfigSource } from '../../translate/config-source.ts'
import {
  type RoutedGateway,
  type RouteResources,
  routedGateway,
  routeResources,
} from '../../translate/gateway-resources.ts'
import type { Quarantined } from '../../translate/quarantined.ts'
import type { Realm } from '../../translate/realm.ts'
import type { Resource } from '../../translate/resource.ts'
import type { World } from '../../translate/world.ts'
import type { Touched } from '../../translate/world-draft.ts'
import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import { ChangeLog } from './change-log.ts'
import { type ClusterChoice, changedClusters, chosenNames, hasChosen } from './cluster-choice.ts'
import { LoggedView } from './logged-view.ts'
import { SharedResources } from './shared-resources.ts'
import type { View } from './view.ts'

/** Gives the cluster of a name, as it is seen in a realm from a viewpoint, out of what all gateways share. */
export type ClusterSource = (
  name: string,
  realm: Realm,
  viewpoint: Viewpoint,
  configSource: ConfigSource,
) => Resource | undefined

type ByName = ReadonlyMap<string, Resource>

const NOTHING = new IdSet()

const LOGGED_TYPES = ['listeners', 'routeConfigurations', 'clusters'] as const
type ByType = Readonly<Record<(typeof LOGGED_TYPES)[number], readonly Quarantined[]>>

/** What those Envoys of the gateway are served that stand in one realm: immutable. */
interface Served extends ClusterChoice {
  readonly listeners: ByName
  readonly listenersWith: RoutedGateway['listenersWith']
  readonly routeConfigurations: ByName
}

/** What one stream sees. */
export interface GatewayViews {
  readonly listeners: View
  readonly routeConfigurations: View
  readonly clusters: View
  /** To be called once, when it has ended. */
  readonly leave: () => void
}

/** The Envoys of one source: what they are served follows the source into another realm, and their views with it. */
interface Following {
  served: Served
  streams: number
}

/**
 * What the Envoys of one gateway are served: the same for all of a group's sources, unless one of these keeps services
 * to itself that the gateway has to do with.
 *
 * All sources share one log for each type, so that one may come to see another realm while its streams go on with the
 * positions that they had.
 */
export class GatewayTables {
  readonly #key: string
  readonly #names: Names
  readonly #clusterSource: ClusterSource
  readonly #logs = {
    listeners: new ChangeLog(),
    routeConfigurations: new ChangeLog(),
    clusters: new ChangeLog(),
  }
  readonly #audiences = new Map<string, Following>()
  /** Clusters, for streams of one source, one zone and one config source. */
  readonly #shared: SharedResources
  /** By realm, where the gateway has all services: thousands of names, which every new stream wants. */
  readonly #allClusters = new Map<Realm, IdSet>()
  /** The same of those whose gateway has the services that its routes name. */
  readonly #namedClusters = new WeakMap<Served, IdSet>()
  #world: World
  #gateway: RoutedGateway
  #quarantines: ByType

  constructor(names: Names, world: World, key: string, clusterSource: ClusterSource) {
    this.#names = names
    this.#shared = new SharedResources(names, this.#logs.clusters)
    this.#world = world
    this.#key = key
    this.#clusterSource = clusterSource
    this.#gateway = routedGateway(world, key)
    this.#quarantines = quarantinesOf(world, key)
  }

  get conflicts(): readonly string[] {
    return this.#gateway.conflicts
  }

  /** Nobody is served. */
  get isIdle(): boolean {
    return this.#audiences.size === 0
  }

  /** How many of each there are, and how many names are in the logs. */
  get sizes() {
    const { listeners, routeConfigurations, clusters } = this.#logs
    const served = [...new Set(Array.from(this.#audiences.values(), one => one.served))]
    return {
      listeners: sum(served.map(one => one.listeners.size)),
      routeConfigurations: sum(served.map(one => one.routeConfigurations.size)),
      logged: { lds: listeners.size, rds: routeConfigurations.size, cds: clusters.size },
    }
  }

  /** One more stream of an Envoy that takes endpoints and routes from there. */
  join(viewpoint: Viewpoint, configSource: ConfigSource): GatewayViews {
    const { source, region, zone } = viewpoint
    const audience = this.#audiences.get(source) ?? this.#open(source)
    audience.streams += 1
    const key = JSON.stringify([source, region, zone, configSource.json])
    return {
      routeConfigurations: this.#routeConfigurations(audience),
      listeners: this.#listeners(audience, configSource),
      clusters: this.#clusters(audience, key, viewpoint, configSource),
      leave: () => {
        this.#shared.leave(key)
        audience.streams -= 1
        if (audience.streams === 0) this.#audiences.delete(source)
      },
    }
  }

  markNames(inUse: IdSet): void {
    for (const log of Object.values(this.#logs)) log.markNames(inUse)
    this.#shared.markNames(inUse)
    for (const ids of this.#allClusters.values()) inUse.addAll(ids)
    for (const { served } of this.#audiences.values())
      inUse.addAll(this.#namedClusters.get(served) ?? NOTHING)
  }

  update(world: World, touched: Touched): void {
    const before = this.#world
    this.#world = world
    if (before.quarantines !== world.quarantines) this.#quarantine()
    this.#moveClusters(before, touched.settings)
    const isTouched = touched.gateways.has(this.#key)
    if (isTouched) this.#gateway = routedGateway(world, this.#key)
    const named = isTouched ? [] : intersection(touched.settings, () => this.#gateway.namedServices())
    const isStanding = ({ realm }: Served) =>
      !isTouched && named.every(service => before.seen(realm, service) === world.seen(realm, service))
    const standing = [...this.#audiences.values()].map(one => one.served).filter(isStanding)

    const served = new Map(standing.map(one => [one.realm, one]))
    const moves = new Map<Served, Set<Served>>()
    for (const [source, audience] of this.#audiences) {
      const realm = this.#realmOf(source)
      const now = served.get(realm) ?? this.#serve(realm)
      served.set(realm, now)
      const moved = moves.get(audience.served) ?? new Set()
      moves.set(audience.served, moved.add(now))
      audience.served = now
    }
    for (const [old, all] of moves) for (const now of all) this.#record(before, old, now, touched)
  }

  /** Forgets the logs: to be called when every reader has seen all of them. */
  forgetPassed(): void {
    for (const log of Object.values(this.#logs)) log.clear()
  }

  /** Whether a name is under quarantine now, or not any more, is to be looked at. */
  #quarantine(): void {
    const before = this.#quarantines
    this.#quarantines = quarantinesOf(this.#world, this.#key)
    for (const type of LOGGED_TYPES) {
      const [old, now] = [before[type], this.#quarantines[type]]
      for (const row of [...old, ...now])
        if (!old.includes(row) || !now.includes(row)) this.#logs[type].record(this.#names.idOf(row.name))
    }
  }

  #open(source: string): Following {
    const realm = this.#realmOf(source)
    const neighbour = [...this.#audiences.values()].find(one => one.served.realm === realm)
    const audience: Following = { served: neighbour?.served ?? this.#serve(realm), streams: 0 }
    this.#audiences.set(source, audience)
    return audience
  }

  #routeConfigurations(audience: Following): View {
    return new LoggedView(this.#logs.routeConfigurations, {
      get: id => audience.served.routeConfigurations.get(this.#names.textOf(id)),
      quarantines: () => this.#quarantines.routeConfigurations,
    })
  }

  #listeners(audience: Following, configSource: ConfigSource): View {
    return new LoggedView(this.#logs.listeners, {
      get: id => audience.served.listenersWith(configSource).get(this.#names.textOf(id)),
      all: () => this.#idsOf(audience.served.listeners.keys()),
      quarantines: () => this.#quarantines.listeners,
    })
  }

  #clusters(audience: Following, key: string, viewpoint: Viewpoint, configSource: ConfigSource): View {
    const share = this.#shared.join(key)
    const make = (id: NameId) => {
      const { served } = audience
      const name = this.#names.textOf(id)
      if (!hasChosen(served, this.#world, name)) return undefined
      const cluster = this.#clusterSource(name, served.realm, viewpoint, configSource)
      if (cluster !== undefined) share.set(id, cluster)
      return cluster
    }
    return new LoggedView(this.#logs.clusters, {
      share,
      get: id => share.get(id) ?? make(id),
      all: () => this.#clusterIds(audience.served),
      quarantines: () => this.#quarantines.clusters,
    })
  }

  #clusterIds(served: Served): IdSet {
    const isAll = served.clusters === 'all'
    const known = isAll ? this.#allClusters.get(served.realm) : this.#namedClusters.get(served)
    if (known !== undefined) return known
    const ids = this.#idsOf(chosenNames(served, this.#world))
    if (isAll) this.#allClusters.set(served.realm, ids)
    else this.#namedClusters.set(served, ids)
    return ids
  }

  #idsOf(names: Iterable<string>): IdSet {
    const ids = new IdSet()
    for (const name of names) ids.add(this.#names.idOf(name))
    return ids
  }

  /** All clusters of the world before become those of this one. */
  #moveClusters(before: World, settings: ReadonlySet<string>): void {
    const world = this.#world
    // Otherwise a realm may show the services of another fleet.
    const isSameFleet = before.sourceSettings === world.sourceSettings && before.scoped === world.scoped
    if (!isSameFleet || this.#audiences.size === 0) this.#allClusters.clear()
    for (const [realm, ids] of this.#allClusters) {
      const of = (one: World, service: string) => one.seen(realm, service)?.clusterNames ?? []
      for (const service of settings) {
        for (const name of of(before, service)) ids.delete(this.#names.idOf(name))
        for (const name of of(world, service)) ids.add(this.#names.idOf(name))
      }
    }
  }

  /** That of the source alone, where it makes a difference at this gateway; else that of its group. */
  #realmOf(source: string): Realm {
    const own = this.#world.scoped.get(source)
    if (own === undefined) return this.#world.fleetOf(source)
    const { allServices, namedServices } = this.#gateway
    const isConcerned = allServices || own.some(service => namedServices().has(service))
    return isConcerned ? this.#world.realmOf(source) : this.#world.fleetOf(source)
  }

  #serve(realm: Realm): Served {
    const { listeners, listenersWith, allServices } = this.#gateway
    const { routeConfigurations, clusters }: RouteResources = routeResources(
      this.#world,
      this.#gateway,
      realm,
    )
    return {
      realm,
      listeners: byName(listeners),
      listenersWith,
      routeConfigurations: byName(routeConfigurations),
      clusters: allServices ? 'all' : clusters,
    }
  }

  /** Some Envoys that were served `old` in the world before are served `now`. */
  #record(before: World, old: Served, now: Served, { settings }: Touched): void {
    if (old !== now) {
      for (const type of ['listeners', 'routeConfigurations'] as const) {
        for (const name of differing(old[type], now[type])) this.#logs[type].record(this.#names.idOf(name))
      }
    } else if (now.clusters !== 'all') return
    const from = { choice: old, world: before }
    const to = { choice: now, world: this.#world }
    for (const name of changedClusters(from, to, settings)) this.#logs.clusters.record(this.#names.idOf(name))
  }
}

function quarantinesOf({ quarantines }: World, key: string): ByType {
  const rows = [...quarantines.values()].filter(row => row.gateway === key)
  const ofType = (typeUrl: string) => rows.filter(row => row.typeUrl === typeUrl)
  return {
    listeners: ofType(TYPE_URLS.listener),
    routeConfigurations: ofType(TYPE_URLS.routes),
    clusters: ofType(TYPE_URLS.cluster),
  }
}

function byName(resources: readonly Resource[]): ByName {
  return new Map(resources.map(one => [one.name, one]))
}

function* differing(before: ByName, after: ByName): Iterable<string> {
  for (const name of before.keys()) if (!after.has(name)) yield name
  for (const { name, version } of after.values()) if (before.get(name)?.version !== version) yield name
}

/** `others` are only asked for where there are some of the first. */
function intersection(some: ReadonlySet<string>, others: () => ReadonlySet<string>): string[] {
  if (some.size === 0) return []
  const [few, many] = [some, others()].sort((a, b) => a.size - b.size) as [Set<string>, Set<string>]
  return [...few].filter(one => many.has(one))
}
