import type { Listener } from '../model/gateway.ts'
import { listenerAddress, overlap } from '../model/listener-address.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import type { AttachedRoute } from './attached-route.ts'
import { httpListener } from './listener.ts'
import { clusterName, listenerName } from './names.ts'
import { jsonResource, type Resource, routeConfigurationResource } from './resource.ts'
import { virtualHosts } from './route-configuration.ts'
import type { GatewayClaim, World } from './world.ts'

/** What the Envoys of one gateway are served, beside clusters and assignments, which gateways share. */
export interface GatewayResources {
  readonly listeners: readonly Resource[]
  readonly routeConfigurations: readonly Resource[]
  /** Clusters that its routes send requests to; all of them exist. */
  readonly clusters: ReadonlySet<string>
  /** Services (`namespace/name`) that its routes name, whether or not they exist. */
  readonly namedServices: ReadonlySet<string>
  /** The Envoys get every service's cluster, not only those that routes name. */
  readonly allServices: boolean
  /** What claims of several sources disagree on, for people. */
  readonly conflicts: readonly string[]
}

/** The resources of a gateway (`namespace/name`); empty for one that no source has. */
export function gatewayResources(world: World, gateway: string): GatewayResources {
  const claims = world.gateways.get(gateway) ?? []
  const { listeners, conflicts } = mergeListeners(claims)
  // Routes for a gateway that no source has lead nowhere yet.
  const attached = claims.length > 0 ? world.routesByGateway.get(gateway)?.values() : undefined
  const routes = [...(attached ?? [])]
  const hosts = virtualHosts(routes, (service, port) => world.services.get(service)?.port(port) !== undefined)
  return {
    listeners: listeners.map(listener => {
      const name = listenerName(gateway, listener.name)
      return jsonResource(TYPE_URLS.listener, name, httpListener(name, listener), [name])
    }),
    routeConfigurations: listeners.map(listener =>
      routeConfigurationResource(listenerName(gateway, listener.name), hosts),
    ),
    clusters: new Set(hosts.clusters),
    namedServices: servicesOf(routes),
    allServices: claims[0]?.gateway.services === 'all',
    conflicts,
  }
}

function servicesOf(routes: readonly AttachedRoute[]): ReadonlySet<string> {
  const services = new Set<string>()
  for (const { backends } of routes) for (const { service } of backends) services.add(service)
  return services
}

/** Names of all clusters of a service, one for each port. */
export function clusterNames(world: World, service: string): string[] {
  const merged = world.services.get(service)
  return merged === undefined
    ? []
    : merged.ports.map(({ port }) => clusterName(merged.namespace, merged.name, port))
}

/** Gateways of one name from several sources are one gateway; a name or an address goes to the older claim. */
function mergeListeners(claims: readonly GatewayClaim[]): { listeners: Listener[]; conflicts: string[] } {
  const listeners: Listener[] = []
  const conflicts: string[] = []
  for (const { source, gateway } of claims) {
    for (const listener of gateway.listeners) {
      const other = listeners.find(one => one.name === listener.name || overlap(one, listener))
      if (other === undefined) listeners.push(listener)
      else if (!sameListener(other, listener)) {
        conflicts.push(
          `listener ${listener.name} of source ${source} is left out: an older source has ${other.name} on port ${other.port}`,
        )
      }
    }
  }
  return { listeners, conflicts }
}

function sameListener(a: Listener, b: Listener): boolean {
  return a.name === b.name && a.port === b.port && listenerAddress(a) === listenerAddress(b)
}
