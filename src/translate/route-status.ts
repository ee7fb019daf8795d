import { type NamedBackend, namedBackends } from '../model/route-backends.ts'
import type { ParentReference } from '../model/route-references.ts'
import { unresolved } from './backend-resolution.ts'
import { OBSTACLES, type Obstacle, obstacle } from './route-attachment.ts'
import { attachedTo, backendMessage, obstacleMessage } from './route-messages.ts'
import type { SourceRoute } from './source-route.ts'
import type { World } from './world.ts'

/** A condition of the Gateway API (RouteConditionType), with its reasons. */
export interface Condition {
  readonly type: 'Accepted' | 'ResolvedRefs'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

interface ParentStatus {
  readonly reference: ParentReference
  /** Names of the gateway's listeners that it is attached to by this reference. */
  readonly listeners: readonly string[]
  readonly conditions: readonly Condition[]
}

/** A backend that requests cannot be sent to. */
interface UnresolvedBackend {
  /** As in `NamedBackend`. */
  readonly place: string
  readonly reason: string
  readonly message: string
}

export interface RouteStatus {
  readonly parents: readonly ParentStatus[]
  readonly unresolved: readonly UnresolvedBackend[]
}

const REASONS: Readonly<Record<Obstacle, string>> = {
  reference: 'NoMatchingParent',
  kind: 'NotAllowedByListeners',
  namespace: 'NotAllowedByListeners',
  hostname: 'NoMatchingListenerHostname',
}

/** The rules of a route of which something was refused are not kept: nobody can say whether their backends are there. */
const NOT_LOOKED_AT: Condition = {
  type: 'ResolvedRefs',
  status: 'Unknown',
  reason: 'Pending',
  message: 'not looked at: the route is not accepted',
}

/** Whether a route works in a world, decided by the code that decides what is served. */
export function routeStatus(world: World, route: SourceRoute): RouteStatus {
  const backends = namedBackends(route.route)
  const lost = backends.flatMap(backend => unresolvedBackend(world, route, backend))
  const resolvedRefs = route.route.refused === undefined ? resolvedRefsOf(backends, lost) : NOT_LOOKED_AT
  const parents = route.parents.map(reference => {
    const { listeners, accepted } = acceptance(world, route, reference)
    return { reference, listeners, conditions: [accepted, resolvedRefs] }
  })
  return { parents, unresolved: lost }
}

interface Acceptance {
  readonly listeners: readonly string[]
  readonly accepted: Condition
}

function acceptance(world: World, route: SourceRoute, reference: ParentReference): Acceptance {
  const { refused } = route.route
  if (refused !== undefined) {
    const details = refused.map(({ pointer, detail }) => `${pointer} ${detail}`)
    return notAccepted('UnsupportedValue', details.join('; '))
  }
  const gateway = world.gateways.get(reference.gateway)
  if (gateway === undefined) {
    const lack = `gateway ${reference.gateway} is not there`
    return notAccepted('NoMatchingParent', `${lack}: the route serves nobody there until it comes`)
  }
  const tried = gateway.listeners.map(one => ({
    listener: one.name,
    obstacle: obstacle(world, gateway, one, route, reference),
  }))
  const listeners = tried.filter(one => one.obstacle === undefined).map(one => one.listener)
  if (listeners.length > 0)
    return { listeners, accepted: condition('Accepted', undefined, attachedTo(listeners)) }
  // Of several reasons the one that is nearest to working.
  const last = OBSTACLES.findLast(one => tried.some(other => other.obstacle === one)) ?? 'reference'
  const stopped = tried.filter(one => one.obstacle === last).map(one => one.listener)
  return notAccepted(REASONS[last], obstacleMessage(last, route, reference, stopped))
}

function notAccepted(reason: string, message: string): Acceptance {
  return { listeners: [], accepted: condition('Accepted', reason, message) }
}

/** `reason`: why it is False. A condition that is True has its own name for a reason. */
function condition(type: Condition['type'], reason: string | undefined, message: string): Condition {
  return { type, status: reason === undefined ? 'True' : 'False', reason: reason ?? type, message }
}

function unresolvedBackend(world: World, route: SourceRoute, backend: NamedBackend): UnresolvedBackend[] {
  const reason = unresolved(world, route, backend.ref)
  if (reason === undefined) return []
  return [{ place: backend.place, reason, message: backendMessage(world, route, backend, reason) }]
}

function resolvedRefsOf(backends: readonly NamedBackend[], lost: readonly UnresolvedBackend[]): Condition {
  const [first] = lost
  if (first === undefined) {
    const message = backends.length > 0 ? 'every backend that it names is there' : 'it names no backend'
    return condition('ResolvedRefs', undefined, message)
  }
  const others = lost.length > 1 ? ` (and ${lost.length - 1} more)` : ''
  return condition('ResolvedRefs', first.reason, `${first.message}${others}`)
}
