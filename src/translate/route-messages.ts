import type { NamedBackend } from '../model/route-backends.ts'
import type { ParentReference } from '../model/route-references.ts'
import type { Unresolved } from './backend-resolution.ts'
import type { Obstacle } from './route-attachment.ts'
import type { SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

/** What people are told of a route that works, or why it does not. */

export function attachedTo(listeners: readonly string[]): string {
  return `attached to ${named(listeners)}`
}

/** `listeners`: those of the gateway that it could not pass. */
export function obstacleMessage(
  what: Obstacle,
  { route, hostnames }: SourceRoute,
  { gateway, sectionName, port }: ParentReference,
  listeners: readonly string[],
): string {
  const those = `${named(listeners)} of gateway ${gateway}`
  switch (what) {
    case 'reference': {
      const name = sectionName === undefined ? '' : ` "${sectionName}"`
      return `gateway ${gateway} has no listener${name}${port === undefined ? '' : ` on port ${port}`}`
    }
    case 'kind':
      return `allowedRoutes.kinds of ${those} has no ${route.kind}`
    case 'namespace':
      return `allowedRoutes.namespaces of ${those} leaves namespace ${route.namespace} out`
    case 'hostname':
      return `the hostname of ${those} has nothing in common with ${hostnames.join(', ')}`
  }
}

export function backendMessage(
  world: World,
  { route, source }: SourceRoute,
  { ref, place }: NamedBackend,
  reason: Unresolved,
): string {
  const { namespace, name, port = 0 } = ref
  const service = `service ${namespace}/${name}`
  const consequence = consequenceOf(route.kind, place)
  switch (reason) {
    case 'InvalidKind':
      return `${ref.kind ?? 'Service'} of group ${ref.group || '""'} is no kind of backend that Vicinity knows, Service is: ${consequence}`
    case 'RefNotPermitted':
      return `no ReferenceGrant in namespace ${namespace} lets ${route.kind}s of namespace ${route.namespace} refer to ${service}: ${consequence} until one does`
    case 'BackendNotFound': {
      const lack = world.service(namespace, name, source) ? `has no port ${port}` : absence(world, ref)
      return `${service} ${lack}: ${consequence} until it comes`
    }
    case 'UnsupportedProtocol': {
      const protocol = JSON.stringify(world.service(namespace, name, source)?.port(port)?.appProtocol)
      return `port ${port} of ${service} speaks ${protocol}, and Vicinity cannot speak TLS to endpoints yet: ${consequence}`
    }
  }
}

/** Of a service that the route does not see. */
function absence(world: World, { namespace, name }: NamedBackend['ref']): string {
  const others = world.services.get(`${namespace}/${name}`)
  return others === undefined ? 'is not there' : `is kept ${others.keptTo}`
}

/** Gateway API: 500 for HTTP (HTTPRouteRule.backendRefs), UNAVAILABLE for gRPC; a mirror that fails is nobody's loss. */
function consequenceOf(kind: SourceRoute['route']['kind'], place: string): string {
  if (place.endsWith('/requestMirror/backendRef')) return 'nothing is mirrored there'
  return `what would go there is answered ${kind === 'GRPCRoute' ? 'UNAVAILABLE' : '500'}`
}

function named(listeners: readonly string[]): string {
  return `${listeners.length === 1 ? 'listener' : 'listeners'} ${listeners.join(', ')}`
}
