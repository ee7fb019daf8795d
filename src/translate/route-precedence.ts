import { compare } from '../model/order.ts'
import type { RouteMatch } from '../model/routes.ts'
import { pathOf } from './route-match.ts'

/** One match of one rule of one route, with what decides between it and others. */
export interface RankedMatch {
  readonly match: RouteMatch
  /** Revision that first brought the route: the older one wins. */
  readonly created: number
  /** `namespace/name` of the route. */
  readonly route: string
  readonly source: string
  readonly rule: number
  readonly index: number
}

/** Regular expressions stand between the two: the Gateway API leaves their place to implementations. */
const PATH_RANKS = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const

/**
 * The order in which Envoy must try matches: HTTPRouteRule.matches of the Gateway API ("Proxy or Load Balancer routing
 * configuration generated from HTTPRoutes MUST prioritize matches based on the following criteria, continuing on ties").
 */
export function byPrecedence(a: RankedMatch, b: RankedMatch): number {
  const [pathA, pathB] = [pathOf(a.match.path ?? {}), pathOf(b.match.path ?? {})]
  return (
    PATH_RANKS[pathA.type] - PATH_RANKS[pathB.type] ||
    pathB.value.length - pathA.value.length ||
    Number(b.match.method !== undefined) - Number(a.match.method !== undefined) ||
    (b.match.headers?.length ?? 0) - (a.match.headers?.length ?? 0) ||
    (b.match.queryParams?.length ?? 0) - (a.match.queryParams?.length ?? 0) ||
    a.created - b.created ||
    compare(a.route, b.route) ||
    compare(a.source, b.source) ||
    a.rule - b.rule ||
    a.index - b.index
  )
}
