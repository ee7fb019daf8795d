import type { HTTPRoute, HttpRouteMatch as RouteMatch } from '../model/http-route.ts'
import { messageField } from '../proto/length-delimited.ts'
import { encode } from '../proto/message.ts'
import { envoyRouteMatch, isSafe, ofSafeMethod } from './route-match.ts'
import { type MatchRank, rankOf } from './route-precedence.ts'
import { type RuleActions, ruleActions } from './route-rule.ts'

/** What one route comes to by itself: all that is left is to sort it in among others. */
export interface RouteTranslation {
  readonly matches: readonly TranslatedMatch[]
  /** Clusters that requests are sent to; all of them exist. */
  readonly clusters: readonly string[]
}

/** One match of one rule. */
export interface TranslatedMatch {
  readonly rank: MatchRank
  /** Its `envoy.config.route.v3.Route` messages as they stand in a virtual host, in the order for Envoy to try them. */
  readonly encoded: Uint8Array
}

/** Field number of `envoy.config.route.v3.VirtualHost.routes`. */
const ROUTES = 3

/** Who pushed a route and at which revision it first came: its precedence depends on them. */
export interface RouteOrigin {
  readonly source: string
  readonly created: number
}

/** `existing`: names of the clusters that exist, among those that the route names. */
export function translateRoute(
  route: HTTPRoute,
  origin: RouteOrigin,
  existing: ReadonlySet<string>,
): RouteTranslation {
  const routeName = `${route.namespace}/${route.name}`
  const clusters = new Set<string>()
  const matches = route.rules.flatMap((rule, ruleIndex) => {
    const actions = ruleActions(rule, existing)
    for (const cluster of actions.clusters) clusters.add(cluster)
    // What Envoy's logs and statistics call it: the route, and the rule where that has a name.
    const name = rule.name === undefined ? routeName : `${routeName}/${rule.name}`
    return matchesOf(rule).map((match, index) => ({
      rank: rankOf(match, { ...origin, route: routeName, rule: ruleIndex, index }),
      encoded: Buffer.concat(envoyRoutes(name, match, actions).map(encodedRoute)),
    }))
  })
  return { matches, clusters: [...clusters] }
}

/** Without matches a rule is for all requests. */
function matchesOf({ matches = [] }: HTTPRoute['rules'][number]): readonly RouteMatch[] {
  return matches.length > 0 ? matches : [{}]
}

function envoyRoutes(name: string, routeMatch: RouteMatch, { actions }: RuleActions): object[] {
  const match = envoyRouteMatch(routeMatch)
  const { method } = routeMatch
  return actions.flatMap(({ fields, safeFields, share }) => {
    const shared = share === 1 ? match : { ...match, runtimeFraction: { defaultValue: millionths(share) } }
    const all = { name, match: shared, ...fields }
    if (safeFields === undefined) return [all]
    if (method !== undefined) return [isSafe(method) ? { ...all, ...safeFields } : all]
    return [{ name, match: ofSafeMethod(shared), ...safeFields }, all]
  })
}

function encodedRoute(route: object): Uint8Array {
  return messageField(ROUTES, [encode('envoy.config.route.v3.Route', route)])
}

/** A share strictly between 0 and 1 must not round to either. */
function millionths(share: number): object {
  const numerator = Math.min(999_999, Math.max(1, Math.round(share * 1_000_000)))
  return { numerator, denominator: 'MILLION' }
}
