import { GATEWAY_GROUP, type Listener } from '../model/gateway.ts'
import { NAMESPACE_NAME_LABEL, selects } from '../model/label-selector.ts'
import type { ParentReference } from '../model/route-references.ts'
import { intersection } from './hostname-intersection.ts'
import type { MergedGateway } from './merged-gateway.ts'
import type { SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

/** What keeps a route off a listener, by how far it got. */
export const OBSTACLES = ['reference', 'kind', 'namespace', 'hostname'] as const
export type Obstacle = (typeof OBSTACLES)[number]

type Namespaces = Pick<World, 'namespaces'>

/** Whether one of its references leads a route to a listener; one of which something was refused goes nowhere. */
export function isAttached(
  world: Namespaces,
  gateway: MergedGateway,
  listener: Listener,
  route: SourceRoute,
): boolean {
  if (route.route.refused !== undefined) return false
  return route.parents.some(
    parent =>
      parent.gateway === gateway.key && obstacle(world, gateway, listener, route, parent) === undefined,
  )
}

/** Whether some listener of some gateway takes the route. */
export function isAttachedAnywhere(
  world: Pick<World, 'gateways' | 'namespaces'>,
  route: SourceRoute,
): boolean {
  return route.gateways.some(key => {
    const gateway = world.gateways.get(key)
    return gateway?.listeners.some(listener => isAttached(world, gateway, listener, route))
  })
}

/** What keeps `route` off a listener of the gateway that `reference` names; undefined when nothing does. */
export function obstacle(
  world: Namespaces,
  gateway: MergedGateway,
  listener: Listener,
  route: SourceRoute,
  { sectionName = listener.name, port = listener.port }: ParentReference,
): Obstacle | undefined {
  // "When both Port and SectionName are specified, the name and port of the selected listener must match both."
  if (sectionName !== listener.name || port !== listener.port) return 'reference'
  if (!takesKind(listener, route)) return 'kind'
  if (!takesNamespace(world, gateway, listener, route)) return 'namespace'
  const { hostname } = listener
  if (hostname === undefined) return undefined
  return route.hostnames.some(one => intersection(hostname, one) !== undefined) ? undefined : 'hostname'
}

/** Without kinds a listener takes those that go with its protocol: both. */
function takesKind({ allowedRoutes: { kinds = [] } = {} }: Listener, { route }: SourceRoute): boolean {
  return (
    kinds.length === 0 ||
    kinds.some(({ group = GATEWAY_GROUP, kind }) => group === GATEWAY_GROUP && kind === route.kind)
  )
}

function takesNamespace(
  { namespaces }: Namespaces,
  gateway: MergedGateway,
  { allowedRoutes }: Listener,
  { source, route }: SourceRoute,
): boolean {
  const allowed = allowedRoutes?.namespaces
  switch (allowed?.from) {
    case undefined:
    case 'All':
      return true
    case 'Same':
      return route.namespace === gateway.namespace
    case 'Selector':
      return selects(allowed.selector ?? {}, {
        ...namespaces.get(`${source}/${route.namespace}`),
        [NAMESPACE_NAME_LABEL]: route.namespace,
      })
  }
}
