import type { HttpRouteMatch as RouteMatch } from '../model/http-route.ts'
import { compare } from '../model/order.ts'
import { pathOf } from './route-match.ts'

/** Where a match stands among others. */
export interface MatchPlace {
  /** Revision that first brought the route: the older one wins. */
  readonly created: number
  /** `namespace/name` of the route. */
  readonly route: string
  readonly source: string
  readonly rule: number
  readonly index: number
}

/** All that decides between one match of one rule of one route and others, read once: sorting asks for it often. */
export interface MatchRank extends MatchPlace {
  readonly pathType: number
  readonly pathLength: number
  readonly methods: number
  readonly headers: number
  readonly queryParams: number
}

/** Regular expressions stand between the two: the Gateway API leaves their place to implementations. */
const PATH_RANKS = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const

export function rankOf(match: RouteMatch, place: MatchPlace): MatchRank {
  const path = pathOf(match.path ?? {})
  return {
    pathType: PATH_RANKS[path.type],
    pathLength: path.value.length,
    methods: match.method === undefined ? 0 : 1,
    headers: match.headers?.length ?? 0,
    queryParams: match.queryParams?.length ?? 0,
    created: place.created,
    route: place.route,
    source: place.source,
    rule: place.rule,
    index: place.index,
  }
}

/**
 * The order in which Envoy must try matches: HTTPRouteRule.matches of the Gateway API ("Proxy or Load Balancer routing
 * configuration generated from HTTPRoutes MUST prioritize matches based on the following criteria, continuing on ties").
 */
export function byPrecedence(a: MatchRank, b: MatchRank): number {
  return (
    a.pathType - b.pathType ||
    b.pathLength - a.pathLength ||
    b.methods - a.methods ||
    b.headers - a.headers ||
    b.queryParams - a.queryParams ||
    a.created - b.created ||
    compare(a.route, b.route) ||
    compare(a.source, b.source) ||
    a.rule - b.rule ||
    a.index - b.index
  )
}
