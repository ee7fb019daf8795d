import { listenerAddress } from '../model/listener-address.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { unresolvedService } from './backend-resolution.ts'
import { type ConfigSource, FROM_ADS } from './config-source.ts'
import { ANY_HOSTNAME } from './hostname-intersection.ts'
import { httpListener } from './listener.ts'
import type { ListenerGroup, MergedGateway } from './merged-gateway.ts'
import type { Realm } from './realm.ts'
import { jsonResource, type Resource, routeConfigurationResource } from './resource.ts'
import { isAttached } from './route-attachment.ts'
import { type RoutedGroup, sameRoutes, type VirtualHosts, virtualHosts } from './route-configuration.ts'
import { hashPolicy } from './routes/hash-policy.ts'
import type { Resolve, SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

/** A gateway with the routes that its listeners take: the same for all of its Envoys. */
export interface RoutedGateway {
  /** For Envoys that take their routes over ADS. */
  readonly listeners: readonly Resource[]
  /** The same for those that take them from elsewhere: made when they are first asked for. */
  readonly listenersWith: (routesFrom: ConfigSource) => ReadonlyMap<string, Resource>
  /** Of each listener, in the same order. */
  readonly groups: readonly RoutedGroup[]
  /** Services (`namespace/name`) that its routes name, whether or not they exist: worked out when it is asked. */
  readonly namedServices: () => ReadonlySet<string>
  /** The Envoys get every service's cluster, not only those that routes name. */
  readonly allServices: boolean
  /** What claims of several sources disagree on, for people. */
  readonly conflicts: readonly string[]
}

/** Where the routes of a gateway lead for the Envoys that stand in one realm. */
export interface RouteResources {
  readonly routeConfigurations: readonly Resource[]
  /** Clusters that the routes send requests to; all of them exist. */
  readonly clusters: ReadonlySet<string>
}

/** A gateway (`namespace/name`); one that no source has is empty: its routes lead nowhere yet. */
export function routedGateway(world: World, key: string): RoutedGateway {
  const gateway = world.gateways.get(key)
  if (gateway === undefined) return NOTHING
  const routes = [...(world.routesByGateway.get(key)?.values() ?? [])]
  const groups = gateway.groups.map(group => routedGroup(world, gateway, group, routes))
  const listeners = gateway.groups.map(group => listenerResource(group))
  return {
    listeners,
    listenersWith: listenersOf(gateway, listeners),
    groups,
    namedServices: once(() => servicesOf(groups)),
    allServices: gateway.hasAllServices,
    conflicts: gateway.conflicts.map(({ detail }) => detail),
  }
}

const NOTHING: RoutedGateway = {
  listeners: [],
  listenersWith: () => new Map(),
  groups: [],
  namedServices: () => new Set(),
  allServices: false,
  conflicts: [],
}

export function routeResources(
  world: World,
  { listeners, groups }: RoutedGateway,
  realm: Realm,
): RouteResources {
  const hosts = hostsOfGroups(world, groups, realm)
  return {
    routeConfigurations: listeners.map(({ name }, index) =>
      routeConfigurationResource(name, hosts[index] as VirtualHosts),
    ),
    clusters: new Set(hosts.flatMap(one => one.clusters)),
  }
}

/** The Envoy listener of a group: all of its listeners have the address and the port of the first. */
export function listenerResource(
  { name, listeners: [first] }: ListenerGroup,
  routesFrom: ConfigSource = FROM_ADS,
): Resource {
  const place = `${listenerAddress(first)} ${first.port}`
  return { ...jsonResource(TYPE_URLS.listener, name, httpListener(name, first, routesFrom), [name]), place }
}

function routedGroup(
  world: World,
  gateway: MergedGateway,
  { listeners }: ListenerGroup,
  routes: readonly SourceRoute[],
): RoutedGroup {
  return {
    port: listeners[0].port,
    listeners: listeners.map(listener => ({
      hostname: listener.hostname ?? ANY_HOSTNAME,
      routes: routes.filter(route => isAttached(world, gateway, listener, route)),
    })),
  }
}

/** Groups with the same routes (one for each family of addresses) share what is made of them. */
function hostsOfGroups(world: World, groups: readonly RoutedGroup[], realm: Realm): VirtualHosts[] {
  const resolve: Resolve = (route, backend) =>
    unresolvedService(world, route, backend, realm) === undefined
      ? { hashPolicy: hashPolicy(world.seen(realm, backend.service)?.settings.loadBalancer) }
      : undefined
  const made: VirtualHosts[] = []
  groups.forEach((group, index) => {
    const twin = groups.slice(0, index).findIndex(other => sameRoutes(other, group))
    made.push(made[twin] ?? virtualHosts(group, resolve))
  })
  return made
}

function servicesOf(groups: readonly RoutedGroup[]): ReadonlySet<string> {
  const services = new Set<string>()
  for (const { routes } of groups.flatMap(one => one.listeners)) {
    for (const { backends } of routes) for (const { service } of backends) services.add(service)
  }
  return services
}

function listenersOf(
  { groups }: MergedGateway,
  overAds: readonly Resource[],
): RoutedGateway['listenersWith'] {
  const byName = (listeners: readonly Resource[]) => new Map(listeners.map(one => [one.name, one]))
  const made = new WeakMap([[FROM_ADS, byName(overAds)]])
  return routesFrom => {
    const known = made.get(routesFrom)
    if (known !== undefined) return known
    const listeners = byName(groups.map(group => listenerResource(group, routesFrom)))
    made.set(routesFrom, listeners)
    return listeners
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
