import type { GatewayPlace, RoutePlace } from '../model/content.ts'
import type { Problem } from '../model/problem.ts'
import type { ParentReference } from '../model/route-references.ts'
import { type RouteStatus, routeStatus } from '../translate/route-status.ts'
import { routeKey, type World } from '../translate/world.ts'
import { inTurns } from './in-turns.ts'

/** The routes and gateways of a push, and where they stand in it. */
interface Places {
  readonly routes: readonly RoutePlace[]
  readonly gateways: readonly GatewayPlace[]
}

/**
 * What of the routes and listeners of a push does not work as things stand, with the Gateway API's reasons. Warnings
 * only: gateways and backends may be pushed later, by somebody else. Until then the Gateway API
 * (HTTPRouteRule.backendRefs) wants 500 for what would have gone to a backend.
 */
export async function routeWarnings(
  world: World,
  source: string,
  { routes, gateways }: Places,
): Promise<Problem[]> {
  const conflicts = gateways.flatMap(place =>
    (world.gateways.get(place.gateway)?.conflicts ?? [])
      .filter(conflict => conflict.source === source)
      .map(({ detail }) => warning(place, place.pointer, detail)),
  )
  const warnings = await inTurns(routes, place => {
    const route = world.routes.get(routeKey(source, place))
    // The feed is late: what it has not brought yet cannot be judged.
    return route === undefined ? [] : warningsOf(routeStatus(world, route), place)
  })
  return [...conflicts, ...warnings.flat()]
}

function warningsOf({ parents, unresolved }: RouteStatus, place: RoutePlace): Problem[] {
  return [
    ...parents.flatMap(({ reference, conditions }) => {
      const accepted = conditions.find(({ type }) => type === 'Accepted')
      // What was refused in a route was said when its document was read.
      if (accepted?.status !== 'False' || accepted.reason === 'UnsupportedValue') return []
      return [warning(place, pointerOf(reference, place), `${accepted.reason}: ${accepted.message}`)]
    }),
    ...unresolved.map(({ place: inside, reason, message }) =>
      warning(place, `${place.rules}${inside}`, `${reason}: ${message}`),
    ),
  ]
}

function warning({ object }: { readonly object?: string }, pointer: string, detail: string): Problem {
  return { pointer, detail: object === undefined ? detail : `${object}: ${detail}` }
}

function pointerOf(reference: ParentReference, { gateways, pointer }: RoutePlace): string {
  const same = gateways.find(
    one =>
      one.reference.gateway === reference.gateway &&
      one.reference.sectionName === reference.sectionName &&
      one.reference.port === reference.port,
  )
  return same?.pointer ?? pointer
}
