import type { NamedBackend } from '../model/route-backends.ts'
import { isService } from '../model/route-references.ts'
import { hasCluster } from './cluster.ts'
import { permitsService } from './reference-grants.ts'
import { type Backend, type SourceRoute, serviceBackend } from './source-route.ts'
import type { World } from './world.ts'

/** Why requests cannot be sent to a backend, in the Gateway API's words (RouteConditionResolvedRefs). */
export type Unresolved = 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound' | 'UnsupportedProtocol'

/** The first reason that applies, or undefined when the backend has a cluster. */
export function unresolved(
  world: World,
  route: SourceRoute,
  ref: NamedBackend['ref'],
): Unresolved | undefined {
  return isService(ref) ? unresolvedService(world, route, serviceBackend(ref)) : 'InvalidKind'
}

export function unresolvedService(
  world: World,
  route: SourceRoute,
  backend: Backend,
): Unresolved | undefined {
  if (!isPermitted(world, route, backend)) return 'RefNotPermitted'
  const port = world.services.get(backend.service)?.port(backend.port)
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
