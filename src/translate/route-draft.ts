import { Map as ImmutableMap, Set as ImmutableSet } from 'immutable'
import type { StoredEntry } from '../model/change.ts'
import type { EntryKey } from '../model/entry.ts'
import type { Namespace, ReferenceGrant } from '../model/reference-grant.ts'
import { isPermitted } from './backend-resolution.ts'
import { isAttachedAnywhere } from './route-attachment.ts'
import { settled } from './settled.ts'
import { type Backend, SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

type Keyed = Pick<EntryKey, 'namespace' | 'name'> & { readonly source: string }
export type RouteContent = Pick<
  World,
  'routes' | 'routesByGateway' | 'grpcRoutes' | 'namespaces' | 'referenceGrants'
>

/** The routes of a world that is being made, and what decides where they attach and what they may reach. */
export class RouteDraft {
  readonly #before: RouteContent
  readonly #routes: World['routes']
  readonly #routesByGateway: World['routesByGateway']
  readonly #grpcRoutes: World['grpcRoutes']
  readonly #namespaces: World['namespaces']
  readonly #referenceGrants: World['referenceGrants']
  /** Each as `source/namespace`. */
  readonly #changedNamespaces = new Set<string>()
  readonly #changedGrants = new Set<string>()
  /** Gateways that may take routes which they did not take, or no longer take those that they took. */
  readonly #changedGateways = new Set<string>()
  /** GRPCRoutes by their keys, where they must be looked at again. */
  readonly #changedGrpcRoutes = new Set<string>()
  /** Services that GRPCRoutes came to, or left. */
  readonly #grpcServices = new Set<string>()
  /** Gateways whose routes changed, or may attach where they did not. */
  readonly touchedGateways = new Set<string>()

  constructor(base: RouteContent) {
    this.#before = base
    this.#routes = base.routes.asMutable()
    this.#routesByGateway = base.routesByGateway.asMutable()
    this.#grpcRoutes = base.grpcRoutes.asMutable()
    this.#namespaces = base.namespaces.asMutable()
    this.#referenceGrants = base.referenceGrants.asMutable()
  }

  setRoute(routeKey: string, entry: StoredEntry | undefined): void {
    const before = this.#routes.get(routeKey)
    const after = entry && new SourceRoute(entry)
    for (const gateway of before?.gateways ?? []) {
      if (!after?.gateways.includes(gateway)) this.#detach(routeKey, gateway)
    }
    if (before?.route.kind === 'GRPCRoute') {
      for (const backend of before.backends) this.#noteGrpc(routeKey, backend, false)
    }
    if (after === undefined) {
      this.#routes.delete(routeKey)
      return
    }
    this.#routes.set(routeKey, after)
    if (after.route.kind === 'GRPCRoute') this.#changedGrpcRoutes.add(routeKey)
    for (const gateway of after.gateways) {
      this.touchedGateways.add(gateway)
      const others = this.#routesByGateway.get(gateway) ?? ImmutableMap<string, SourceRoute>()
      this.#routesByGateway.set(gateway, others.set(routeKey, after))
    }
  }

  /** The gateway is another one than before: which routes attach to it must be looked at again. */
  touchGateway(gateway: string): void {
    this.#changedGateways.add(gateway)
    this.touchedGateways.add(gateway)
  }

  setNamespace({ source, name }: Keyed, entry: StoredEntry | undefined): void {
    const key = `${source}/${name}`
    this.#changedNamespaces.add(key)
    if (entry === undefined) this.#namespaces.delete(key)
    else this.#namespaces.set(key, (JSON.parse(entry.body) as Namespace).labels ?? {})
  }

  setReferenceGrant({ source, namespace, name }: Keyed, entry: StoredEntry | undefined): void {
    const key = `${source}/${namespace}`
    const others = (this.#referenceGrants.get(key) ?? ImmutableMap<string, ReferenceGrant>()).delete(name)
    const grants = entry ? others.set(name, JSON.parse(entry.body) as ReferenceGrant) : others
    this.#changedGrants.add(key)
    if (grants.isEmpty()) this.#referenceGrants.delete(key)
    else this.#referenceGrants.set(key, grants)
  }

  /** To be called once, when everything is in. Also the services that GRPCRoutes came to, or left. */
  finish(gateways: World['gateways']): RouteContent & { grpcServices: ReadonlySet<string> } {
    if (this.#changedNamespaces.size > 0) this.#touchSelecting(gateways)
    if (this.#changedGrants.size > 0) this.#touchReferring()
    this.#noteGrpcOfGateways()
    for (const routeKey of this.#changedGrpcRoutes) this.#placeGrpc(routeKey, gateways)
    return {
      routes: settled(this.#routes, this.#before.routes),
      routesByGateway: settled(this.#routesByGateway, this.#before.routesByGateway),
      grpcRoutes: settled(this.#grpcRoutes, this.#before.grpcRoutes),
      namespaces: settled(this.#namespaces, this.#before.namespaces),
      referenceGrants: settled(this.#referenceGrants, this.#before.referenceGrants),
      grpcServices: this.#grpcServices,
    }
  }

  #detach(routeKey: string, gateway: string): void {
    this.touchedGateways.add(gateway)
    const left = this.#routesByGateway.get(gateway)?.delete(routeKey)
    if (left === undefined || left.isEmpty()) this.#routesByGateway.delete(gateway)
    else this.#routesByGateway.set(gateway, left)
  }

  /** Labels of a namespace decide over its routes where a listener selects by labels. */
  #touchSelecting(gateways: World['gateways']): void {
    for (const [key, gateway] of gateways) {
      if (!gateway.selectsNamespaces) continue
      const isConcerned = this.#routesByGateway
        .get(key)
        ?.some(({ source, route }) => this.#changedNamespaces.has(`${source}/${route.namespace}`))
      if (isConcerned) this.touchGateway(key)
    }
  }

  #touchReferring(): void {
    for (const [routeKey, { source, route, gateways, grantNamespaces }] of this.#routes) {
      if (![...grantNamespaces].some(namespace => this.#changedGrants.has(`${source}/${namespace}`))) continue
      for (const gateway of gateways) this.touchedGateways.add(gateway)
      if (route.kind === 'GRPCRoute') this.#changedGrpcRoutes.add(routeKey)
    }
  }

  #noteGrpcOfGateways(): void {
    for (const gateway of this.#changedGateways) {
      for (const [routeKey, { route }] of this.#routesByGateway.get(gateway) ?? []) {
        if (route.kind === 'GRPCRoute') this.#changedGrpcRoutes.add(routeKey)
      }
    }
  }

  /** A route that serves nobody, or may not refer to a service, must not change how others speak to it. */
  #placeGrpc(routeKey: string, gateways: World['gateways']): void {
    const route = this.#routes.get(routeKey)
    if (route === undefined) return
    const world = { gateways, namespaces: this.#namespaces, referenceGrants: this.#referenceGrants }
    const isServed = isAttachedAnywhere(world, route)
    for (const backend of route.backends) {
      this.#noteGrpc(routeKey, backend, isServed && isPermitted(world, route, backend))
    }
  }

  #noteGrpc(routeKey: string, { service, port }: Backend, isThere: boolean): void {
    const ports = this.#grpcRoutes.get(service) ?? ImmutableMap<number, ImmutableSet<string>>()
    const before = ports.get(port) ?? ImmutableSet<string>()
    const routes = isThere ? before.add(routeKey) : before.delete(routeKey)
    const left = routes.isEmpty() ? ports.delete(port) : ports.set(port, routes)
    this.#grpcServices.add(service)
    if (left.isEmpty()) this.#grpcRoutes.delete(service)
    else this.#grpcRoutes.set(service, left)
  }
}
