import type { GrpcRouteMatch } from '../../model/grpc-route.ts'
import type { HttpRouteMatch } from '../../model/http-route.ts'
import { compare } from '../../model/order.ts'
import { pathOf } from './route-match.ts'

/** What decides between matches that are equal. */
export interface TieBreak {
  /** Revision that first brought the route: the older one wins. */
  readonly created: number
  /** `namespace/name` of the route. */
  readonly route: string
  readonly source: string
  readonly rule: number
  readonly index: number
}

/** All that decides between one match of one rule of one route and others, read once: sorting asks for it often. */
export interface MatchRank extends TieBreak {
  readonly pathType: number
  readonly pathLength: number
  /** Characters of a gRPC method. */
  readonly callLength: number
  readonly methods: number
  /** 1 of a GRPCRoute: an HTTPRoute of the same source may have its name. */
  readonly calls: number
  readonly headers: number
  readonly queryParams: number
}

/** Regular expressions stand between the two: the Gateway API leaves their place to implementations. */
const PATH_RANKS = { Exact: 0, RegularExpression: 1, PathPrefix: 2 } as const

export function rankOfRequest(match: HttpRouteMatch, ties: TieBreak): MatchRank {
  const path = pathOf(match.path ?? {})
  return {
    pathType: PATH_RANKS[path.type],
    pathLength: path.value.length,
    callLength: 0,
    calls: 0,
    methods: match.method === undefined ? 0 : 1,
    headers: match.headers?.length ?? 0,
    queryParams: match.queryParams?.length ?? 0,
    ...ties,
  }
}

/**
 * GRPCRouteRule.matches: "the largest number of: Characters in a matching service. Characters in a matching method.
 * Header matches." Among HTTPRoutes a call is what it is in HTTP: a POST to an exact path, or to one below that of its
 * service.
 */
export function rankOfCall({ method: call = {}, headers }: GrpcRouteMatch, ties: TieBreak): MatchRank {
  const { type = 'Exact', service = '', method = '' } = call
  const isExact = type === 'Exact' && service !== '' && method !== ''
  const servicePath = service === '' ? '/' : `/${service}/`
  return {
    pathType: isExact ? PATH_RANKS.Exact : PATH_RANKS.PathPrefix,
    pathLength: isExact ? servicePath.length + method.length : servicePath.length,
    callLength: method.length,
    calls: 1,
    methods: 1,
    headers: headers?.length ?? 0,
    queryParams: 0,
    ...ties,
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
    b.callLength - a.callLength ||
    b.methods - a.methods ||
    b.headers - a.headers ||
    b.queryParams - a.queryParams ||
    a.created - b.created ||
    compare(a.route, b.route) ||
    compare(a.source, b.source) ||
    b.calls - a.calls ||
    a.rule - b.rule ||
    a.index - b.index
  )
}
