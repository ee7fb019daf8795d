import type { ProxyStatus } from '../model/proxies.ts'
import { RESOURCE_TYPES, resourceTypeName } from '../model/resource-types.ts'
import { parseClusterName } from '../translate/names.ts'
import type { World } from '../translate/world.ts'

/** What a connected proxy refuses, and has taken nothing since that makes it good. */
export interface StandingNack {
  readonly proxy: string
  readonly node: string
  readonly gateway: string
  /** cds, eds, lds, rds. */
  readonly type: string
  /** Those that its words name, of what this is told for. */
  readonly resources: readonly string[]
  readonly detail: string
  readonly at: string
}

/** A whole fleet may refuse the same. */
const SHOWN = 100

/** NACKs that stand of what a source has a part in; the first hundred. */
export function standingNacksOf(
  world: World,
  proxies: readonly ProxyStatus[],
  source: string,
): StandingNack[] {
  const standing = proxies.flatMap(({ id, node, gateway, types }) =>
    types.flatMap(({ typeUrl, rejected }) => {
      if (rejected === undefined) return []
      const { detail, at } = rejected
      const resources = rejected.resources.filter(name => hasPartIn(world, source, typeUrl, name))
      return resources.length === 0
        ? []
        : [{ proxy: id, node, gateway, type: resourceTypeName(typeUrl), resources, detail, at }]
    }),
  )
  return standing.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, SHOWN)
}

/**
 * A cluster and its assignment are made of a service's claims, a listener of a gateway's, and route configurations of
 * these and of the routes that name the gateway. What gRPC clients call a listener is named as a cluster.
 */
export function hasPartIn(world: World, source: string, typeUrl: string, name: string): boolean {
  const parsed = parseClusterName(name)
  const namesakes = parsed && world.services.get(parsed.service)?.services
  const isOfService = namesakes?.some(({ sources }) => sources.includes(source)) ?? false
  if (typeUrl === RESOURCE_TYPES.cds || typeUrl === RESOURCE_TYPES.eds) return isOfService
  const gateway = name.slice(0, name.lastIndexOf('/'))
  if (world.gateways.get(gateway)?.claims.some(claim => claim.source === source)) return true
  if (typeUrl === RESOURCE_TYPES.lds) return isOfService
  const routes = world.routesByGateway.get(gateway)?.values() ?? []
  return [...routes].some(route => route.source === source)
}
