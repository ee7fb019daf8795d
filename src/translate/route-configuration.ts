import { compare } from '../model/order.ts'
import type { HTTPRoute } from '../model/routes.ts'
import { retryPolicy } from './retry-policy.ts'
import { envoyRouteMatch, isSafe, ofSafeMethod } from './route-match.ts'
import { byPrecedence, type RankedMatch } from './route-precedence.ts'
import { type HasCluster, type RuleActions, ruleActions } from './route-rule.ts'

/** A route that is attached to a gateway, with what its precedence depends on. */
export interface AttachedRoute {
  readonly source: string
  readonly created: number
  readonly route: HTTPRoute
}

/**
 * The `envoy.config.route.v3.RouteConfiguration` of a listener as ProtoJSON: a virtual host for each hostname, in it
 * the matches of every route with that hostname by precedence. Envoy takes the most specific virtual host as the
 * Gateway API asks: the exact name, then the longest wildcard, then all.
 */
export function routeConfiguration(
  name: string,
  routes: readonly AttachedRoute[],
  hasCluster: HasCluster,
): { message: object; clusters: string[] } {
  const rules = routes.flatMap(attached => rankedRules(attached, hasCluster))
  const message = {
    name,
    ignorePortInHostMatching: true,
    virtualHosts: [...rulesByHostname(rules)].map(([hostname, members]) => ({
      name: hostname,
      domains: [hostname],
      retryPolicy: retryPolicy({ of: 'unseen' }),
      routes: members.sort((a, b) => byPrecedence(a.ranked, b.ranked)).flatMap(envoyRoutes),
    })),
  }
  return { message, clusters: [...new Set(rules.flatMap(one => one.actions.clusters))].sort() }
}

/** Sorted by hostname, so that the order in which routes came changes no byte. */
function rulesByHostname(rules: readonly RankedRule[]): [string, RankedRule[]][] {
  const groups = new Map<string, RankedRule[]>()
  for (const rule of rules) {
    for (const hostname of rule.hostnames) {
      const members = groups.get(hostname)
      if (members === undefined) groups.set(hostname, [rule])
      else members.push(rule)
    }
  }
  return [...groups].sort(([a], [b]) => compare(a, b))
}

interface RankedRule {
  readonly ranked: RankedMatch
  /** What Envoy's logs and statistics call it: the route, and the rule where that has a name. */
  readonly name: string
  readonly hostnames: readonly string[]
  readonly actions: RuleActions
}

/** Without hostnames a route is for all. */
function hostnamesOf({ hostnames = [] }: HTTPRoute): readonly string[] {
  return hostnames.length > 0 ? [...new Set(hostnames)] : ['*']
}

function rankedRules({ source, created, route }: AttachedRoute, hasCluster: HasCluster): RankedRule[] {
  const routeName = `${route.namespace}/${route.name}`
  return route.rules.flatMap((rule, ruleIndex) => {
    const actions = ruleActions(rule, hasCluster)
    const matches = rule.matches !== undefined && rule.matches.length > 0 ? rule.matches : [{}]
    return matches.map((match, index) => ({
      ranked: { match, created, route: routeName, source, rule: ruleIndex, index },
      name: rule.name === undefined ? routeName : `${routeName}/${rule.name}`,
      hostnames: hostnamesOf(route),
      actions,
    }))
  })
}

function envoyRoutes({ ranked, name, actions }: RankedRule): object[] {
  const match = envoyRouteMatch(ranked.match)
  const { method } = ranked.match
  return actions.actions.flatMap(({ fields, safeFields, share }) => {
    const shared = share === 1 ? match : { ...match, runtimeFraction: { defaultValue: millionths(share) } }
    const all = { name, match: shared, ...fields }
    if (safeFields === undefined) return [all]
    if (method !== undefined) return [isSafe(method) ? { ...all, ...safeFields } : all]
    return [{ name, match: ofSafeMethod(shared), ...safeFields }, all]
  })
}

/** A share strictly between 0 and 1 must not round to either. */
function millionths(share: number): object {
  const numerator = Math.min(999_999, Math.max(1, Math.round(share * 1_000_000)))
  return { numerator, denominator: 'MILLION' }
}
