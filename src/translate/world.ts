import { Map as ImmutableMap, Set as ImmutableSet } from 'immutable'
import type { Labels } from '../model/label-selector.ts'
import type { Route } from '../model/normal-routes.ts'
import type { ReferenceGrant } from '../model/reference-grant.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import { Capacities, type Nodes, type Zones } from './capacities.ts'
import type { EndpointCounts } from './endpoint-counts.ts'
import type { MergedGateway } from './merged-gateway.ts'
import type { MergedService } from './merged-service.ts'
import type { Namesakes } from './namesakes.ts'
import type { Quarantines } from './quarantined.ts'
import { fleetRealm, keeperOf, type Realm, sourceRealm } from './realm.ts'
import { Regions } from './regions.ts'
import type { SourceRoute } from './source-route.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * Everything that all sources say at one revision, merged: immutable, sharing with its predecessor whatever did not
 * change. Made by a `WorldDraft` from the store's feed.
 *
 * Keys: services, gateways and routes by `namespace/name`, with the source (and a route's kind) before it where each
 * source has its own.
 */
export class World implements Surroundings {
  readonly revision: number
  readonly services: ImmutableMap<string, Namesakes>
  /** By source: the services that it keeps to itself. */
  readonly scoped: ImmutableMap<string, ImmutableSet<string>>
  readonly gateways: ImmutableMap<string, MergedGateway>
  /** By `routeKey`. */
  readonly routes: ImmutableMap<string, SourceRoute>
  /** By gateway: the routes that name it, by their keys. */
  readonly routesByGateway: ImmutableMap<string, ImmutableMap<string, SourceRoute>>
  /** By service and port: the GRPCRoutes, by their keys, that send requests there: attached somewhere, and permitted. */
  readonly grpcRoutes: ImmutableMap<string, ImmutableMap<number, ImmutableSet<string>>>
  /** Labels of namespaces by `source/namespace`. */
  readonly namespaces: ImmutableMap<string, Labels>
  /** By `source/namespace`, then by name. */
  readonly referenceGrants: ImmutableMap<string, ImmutableMap<string, ReferenceGrant>>
  readonly zones: Zones
  readonly nodes: Nodes
  readonly regions: Regions
  readonly capacities: Capacities
  readonly defaults: Surroundings['defaults']
  readonly drains: Surroundings['drains']
  readonly demand: Surroundings['demand']
  readonly sourceSettings: Surroundings['sourceSettings']
  readonly staleSources: Surroundings['staleSources']
  readonly networks: Surroundings['networks']
  readonly quarantines: Quarantines
  /** Services that some source wants Topology Aware Routing for: they read the capacities. */
  readonly topologyAware: ImmutableSet<string>
  /** Services in mode Balanced: they read the demand. */
  readonly balanced: ImmutableSet<string>
  /** By source: how many endpoints its services list. */
  readonly endpointCounts: EndpointCounts

  constructor(
    content: Omit<
      World,
      'allServices' | 'realmOf' | 'fleetOf' | 'fleetBehind' | 'seen' | 'service' | 'locate'
    >,
  ) {
    this.revision = content.revision
    this.services = content.services
    this.scoped = content.scoped
    this.gateways = content.gateways
    this.routes = content.routes
    this.routesByGateway = content.routesByGateway
    this.grpcRoutes = content.grpcRoutes
    this.namespaces = content.namespaces
    this.referenceGrants = content.referenceGrants
    this.zones = content.zones
    this.nodes = content.nodes
    this.regions = content.regions
    this.capacities = content.capacities
    this.defaults = content.defaults
    this.drains = content.drains
    this.demand = content.demand
    this.sourceSettings = content.sourceSettings
    this.staleSources = content.staleSources
    this.networks = content.networks
    this.quarantines = content.quarantines
    this.topologyAware = content.topologyAware
    this.balanced = content.balanced
    this.endpointCounts = content.endpointCounts
  }

  static readonly EMPTY = new World({
    revision: 0,
    services: ImmutableMap(),
    scoped: ImmutableMap(),
    gateways: ImmutableMap(),
    routes: ImmutableMap(),
    routesByGateway: ImmutableMap(),
    grpcRoutes: ImmutableMap(),
    namespaces: ImmutableMap(),
    referenceGrants: ImmutableMap(),
    zones: ImmutableMap(),
    nodes: ImmutableMap(),
    regions: new Regions([]),
    capacities: new Capacities(ImmutableMap(), ImmutableMap(), new Regions([])),
    defaults: ImmutableMap(),
    drains: ImmutableMap(),
    demand: ImmutableMap(),
    sourceSettings: ImmutableMap(),
    staleSources: ImmutableMap(),
    networks: ImmutableMap(),
    quarantines: ImmutableMap(),
    topologyAware: ImmutableSet(),
    balanced: ImmutableSet(),
    endpointCounts: ImmutableMap(),
  })

  /** The realm that a source's proxies and routes stand in: its own where it keeps services to itself. */
  realmOf(source: string): Realm {
    return this.scoped.has(source) ? sourceRealm(source) : this.fleetOf(source)
  }

  /** The fleet of a source's group; nobody's source ('') is in the default one. */
  fleetOf(source: string): Realm {
    return fleetRealm(this.sourceSettings.get(source)?.group)
  }

  /** The fleet whose services are seen in a realm that has none of the name for itself. */
  fleetBehind(realm: Realm): Realm {
    const keeper = keeperOf(realm)
    return keeper === undefined ? realm : this.fleetOf(keeper)
  }

  /** The service that a name (`namespace/name`) stands for in a realm. */
  seen(realm: Realm, key: string): MergedService | undefined {
    return this.services.get(key)?.seenIn(realm, this.fleetBehind(realm))
  }

  /** The service that proxies and routes of a source see. */
  service(namespace: string, name: string, source = ''): MergedService | undefined {
    return this.seen(this.realmOf(source), `${namespace}/${name}`)
  }

  /** Of all realms. */
  *allServices(): Iterable<MergedService> {
    for (const { services } of this.services.values()) yield* services
  }

  /** A viewpoint with its region filled in where it was left out and only one is possible, and the network of its source. */
  locate(viewpoint: Viewpoint): Viewpoint {
    const { zone, source } = viewpoint
    const region = viewpoint.region || (zone === '' ? '' : this.regions.ofProxy(zone))
    const network = viewpoint.network || (this.sourceSettings.get(source)?.network ?? '')
    const isLocated = region === viewpoint.region && network === viewpoint.network
    return isLocated ? viewpoint : { ...viewpoint, region, network }
  }
}

/** `source/kind/namespace/name`: an HTTPRoute and a GRPCRoute may have one name. */
export function routeKey(
  source: string,
  { kind, namespace, name }: Pick<Route, 'kind' | 'namespace' | 'name'>,
): string {
  return `${source}/${kind}/${namespace}/${name}`
}

export function sourceOfRoute(key: string): string {
  return key.slice(0, key.indexOf('/'))
}
