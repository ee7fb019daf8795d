import { Map as ImmutableMap } from 'immutable'
import type { Gateway } from '../model/gateway.ts'
import type { Zone } from '../model/topology.ts'
import type { Viewpoint } from '../model/viewpoint.ts'
import type { AttachedRoute } from './attached-route.ts'
import type { MergedService } from './merged-service.ts'
import { Regions } from './regions.ts'

/** What one source says of a gateway. */
export interface GatewayClaim {
  readonly source: string
  readonly created: number
  readonly gateway: Gateway
}

/**
 * Everything that all sources say at one revision, merged: immutable, sharing with its predecessor whatever did not
 * change. Made by a `WorldDraft` from the store's feed.
 *
 * Keys: services, gateways and routes by `namespace/name`, with the source behind where each source has its own.
 */
export class World {
  readonly revision: number
  readonly services: ImmutableMap<string, MergedService>
  readonly gateways: ImmutableMap<string, readonly GatewayClaim[]>
  /** By `source/namespace/name`. */
  readonly routes: ImmutableMap<string, AttachedRoute>
  /** By gateway: the routes that name it, by their keys. */
  readonly routesByGateway: ImmutableMap<string, ImmutableMap<string, AttachedRoute>>
  /** By `source/name` of the entry. */
  readonly zones: ImmutableMap<string, { readonly source: string; readonly zone: Zone }>
  readonly regions: Regions

  constructor(content: Omit<World, 'service' | 'locate'>) {
    this.revision = content.revision
    this.services = content.services
    this.gateways = content.gateways
    this.routes = content.routes
    this.routesByGateway = content.routesByGateway
    this.zones = content.zones
    this.regions = content.regions
  }

  static readonly EMPTY = new World({
    revision: 0,
    services: ImmutableMap(),
    gateways: ImmutableMap(),
    routes: ImmutableMap(),
    routesByGateway: ImmutableMap(),
    zones: ImmutableMap(),
    regions: new Regions([]),
  })

  service(namespace: string, name: string): MergedService | undefined {
    return this.services.get(`${namespace}/${name}`)
  }

  /** A viewpoint with its region filled in where it was left out and only one is possible. */
  locate(viewpoint: Viewpoint): Viewpoint {
    if (viewpoint.region !== '' || viewpoint.zone === '') return viewpoint
    const region = this.regions.ofProxy(viewpoint.zone)
    return region === '' ? viewpoint : { ...viewpoint, region }
  }
}
