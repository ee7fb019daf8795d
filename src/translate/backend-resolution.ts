import type { NamedBackend } from '../model/route-backends.ts'
import { isService } from '../model/route-references.ts'
import { hasCluster } from './cluster.ts'
import { type Realm, takesRoutesOf } from './realm.ts'
import { permitsService } from './reference-grants.ts'
import { type Backend, type SourceRoute, serviceBackend } from './source-route.ts'
import type { World } from './world.ts'

/** Why requests cannot be sent to a backend, in the Gateway API's words (RouteConditionResolvedRefs). */
export type Unresolved = 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound' | 'UnsupportedProtocol'

/** The first reason that applies for proxies of the route's own source, or undefined when they have a cluster for it. */
export function unresolved(
  world: World,
  route: SourceRoute,
  ref: NamedBackend['ref'],
): Unresolved | undefined {
  if (!isService(ref)) return 'InvalidKind'
  return unresolvedService(world, route, serviceBackend(ref), world.realmOf(route.source))
}

/** For proxies that stand in a realm. */
export function unresolvedService(
  world: World,
  route: SourceRoute,
  backend: Backend,
  realm: Realm,
): Unresolved | undefined {
  if (!isPermitted(world, route, backend)) return 'RefNotPermitted'
  const service = world.seen(realm, backend.service)
  // What a source keeps to itself is not there for the routes of others, nor does a fleet's of that name stand in.
  const port = service && takesRoutesOf(service.realm, route.source) ? service.port(backend.port) : undefined
  if (port === undefined) return 'BackendNotFound'
  return hasCluster(port) ? undefined : 'UnsupportedProtocol'
}

/** Grants count for routes of their own source: one source cannot open another's services. */
export function isPermitted(
  { referenceGrants }: Pick<World, 'referenceGrants'>,
  { source, route, grantNamespaces }: SourceRoute,
  { namespace, name }: Backend,
): boolean {
  if (!grantNamespaces.has(namespace)) return true
  return permitsService(referenceGrants.get(`${source}/${namespace}`)?.values() ?? [], route, name)
}
