import { listenerAddress } from '../model/listener-address.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { unresolvedService } from './backend-resolution.ts'
import { hasCluster } from './cluster.ts'
import { hashPolicy } from './hash-policy.ts'
import { ANY_HOSTNAME } from './hostname-intersection.ts'
import { httpListener } from './listener.ts'
import type { ListenerGroup, MergedGateway } from './merged-gateway.ts'
import { clusterName } from './names.ts'
import { jsonResource, type Resource, routeConfigurationResource } from './resource.ts'
import { isAttached } from './route-attachment.ts'
import { type RoutedGroup, sameRoutes, type VirtualHosts, virtualHosts } from './route-configuration.ts'
import type { Resolve, SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

/** What the Envoys of one gateway are served, beside clusters and assignments, which gateways share. */
export interface GatewayResources {
  readonly listeners: readonly Resource[]
  readonly routeConfigurations: readonly Resource[]
  /** Clusters that its routes send requests to; all of them exist. */
  readonly clusters: ReadonlySet<string>
  /** Services (`namespace/name`) that its routes name, whether or not they exist: worked out when it is asked. */
  readonly namedServices: () => ReadonlySet<string>
  /** The Envoys get every service's cluster, not only those that routes name. */
  readonly allServices: boolean
  /** What claims of several sources disagree on, for people. */
  readonly conflicts: readonly string[]
}

/** The resources of a gateway (`namespace/name`); empty for one that no source has: its routes lead nowhere yet. */
export function gatewayResources(world: World, key: string): GatewayResources {
  const gateway = world.gateways.get(key)
  if (gateway === undefined) return NOTHING
  const routes = [...(world.routesByGateway.get(key)?.values() ?? [])]
  const groups = gateway.groups.map(group => routedGroup(world, gateway, group, routes))
  const hosts = hostsOfGroups(world, groups)
  return {
    listeners: gateway.groups.map(listenerResource),
    routeConfigurations: gateway.groups.map(({ name }, index) =>
      routeConfigurationResource(name, hosts[index] as VirtualHosts),
    ),
    clusters: new Set(hosts.flatMap(one => one.clusters)),
    namedServices: once(() => servicesOf(groups)),
    allServices: gateway.hasAllServices,
    conflicts: gateway.conflicts.map(({ detail }) => detail),
  }
}

const NOTHING: GatewayResources = {
  listeners: [],
  routeConfigurations: [],
  clusters: new Set(),
  namedServices: () => new Set(),
  allServices: false,
  conflicts: [],
}

/** The Envoy listener of a group: all of its listeners have the address and the port of the first. */
export function listenerResource({ name, listeners: [first] }: ListenerGroup): Resource {
  const place = `${listenerAddress(first)} ${first.port}`
  return { ...jsonResource(TYPE_URLS.listener, name, httpListener(name, first), [name]), place }
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
function hostsOfGroups(world: World, groups: readonly RoutedGroup[]): VirtualHosts[] {
  const resolve: Resolve = (route, backend) =>
    unresolvedService(world, route, backend) === undefined
      ? { hashPolicy: hashPolicy(world.services.get(backend.service)?.settings.loadBalancer) }
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

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Names of all clusters of a service, one for each port that has one. */
export function clusterNames(world: World, service: string): string[] {
  const merged = world.services.get(service)
  return merged === undefined
    ? []
    : merged.ports.filter(hasCluster).map(({ port }) => clusterName(merged.namespace, merged.name, port))
}
