import { compare } from '../model/order.ts'
import { type Condition, routeStatus } from '../translate/route-status.ts'
import type { SourceRoute } from '../translate/source-route.ts'
import type { World } from '../translate/world.ts'
import { inTurns } from './in-turns.ts'
import { type Columns, type ListRequest, listPage, type Page } from './list.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'

/** A route of one source, and whether it works: the status that the Gateway API defines for it. */
export interface RouteSummary {
  readonly kind: 'HTTPRoute' | 'GRPCRoute'
  readonly namespace: string
  readonly name: string
  readonly source: string
  /** The revision that wrote it as it stands. */
  readonly revision: number
  readonly hostnames: readonly string[]
  readonly parents: readonly RouteParent[]
  /** Backends that requests cannot be sent to. */
  readonly unresolved: readonly {
    readonly pointer: string
    readonly reason: string
    readonly message: string
  }[]
}

export interface RouteParent {
  readonly gateway: string
  readonly sectionName?: string
  readonly port?: number
  /** The gateway's listeners that it is attached to. */
  readonly listeners: readonly string[]
  readonly conditions: readonly Condition[]
}

const COLUMNS: Columns<SourceRoute> = {
  id: ({ route, source }) => `${route.namespace}/${route.name}/${route.kind}/${source}`,
  fields: {
    kind: ({ route }) => route.kind,
    namespace: ({ route }) => route.namespace,
    name: ({ route }) => route.name,
    source: ({ source }) => source,
    gateway: ({ gateways }) => [...gateways],
    hostname: ({ hostnames }) => hostnames,
  },
}

export async function listRoutes(world: World, request: ListRequest): Promise<Page<RouteSummary> | Refusal> {
  const page = listPage(world.routes.values(), COLUMNS, request)
  return isRefusal(page) ? page : { ...page, items: await inTurns(page.items, one => summary(world, one)) }
}

/** Every route of the name: sources may have one each, and of both kinds. */
export function readRoutes(
  world: World,
  namespace: string,
  name: string,
): { namespace: string; name: string; routes: RouteSummary[] } | Refusal {
  const found = [...world.routes.values()].filter(
    ({ route }) => route.namespace === namespace && route.name === name,
  )
  if (found.length === 0) return refuse('unknown', `there is no route ${namespace}/${name}`)
  found.sort((a, b) => a.created - b.created || compare(COLUMNS.id(a), COLUMNS.id(b)))
  return { namespace, name, routes: found.map(one => summary(world, one)) }
}

function summary(world: World, of: SourceRoute): RouteSummary {
  const { route, source, since, hostnames } = of
  const { parents, unresolved } = routeStatus(world, of)
  return {
    kind: route.kind,
    namespace: route.namespace,
    name: route.name,
    source,
    revision: since,
    hostnames,
    parents: parents.map(({ reference, listeners, conditions }) => ({
      gateway: reference.gateway,
      ...(reference.sectionName !== undefined && { sectionName: reference.sectionName }),
      ...(reference.port !== undefined && { port: reference.port }),
      listeners,
      conditions,
    })),
    unresolved: unresolved.map(({ place, reason, message }) => ({
      pointer: `/rules${place}`,
      reason,
      message,
    })),
  }
}
