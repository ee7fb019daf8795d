import type { Route } from '../../model/normal-routes.ts'
import type { BackendObject } from '../../model/route-references.ts'
import { keptCopy } from '../../proto/kept-bytes.ts'
import { MessageScratch } from '../../proto/message-scratch.ts'
import { grpcRequests } from './grpc-match.ts'
import type { HashPolicy } from './hash-policy.ts'
import { narrowing } from './narrowed-match.ts'
import { takesListenerPort } from './request-redirect.ts'
import { encodedMatch, httpRequests, pathOf, type TakenRequests } from './route-match.ts'
import { type MatchRank, rankOfCall, rankOfRequest, type TieBreak } from './route-precedence.ts'
import { ruleActions } from './route-rule.ts'
import type { RuleActions } from './rule-actions.ts'

/** What one route comes to by itself: all that is left is to sort it in among others. */
export interface RouteTranslation {
  readonly matches: readonly TranslatedMatch[]
  /** Clusters that requests are sent to, copies of requests too; all of them exist. */
  readonly clusters: readonly string[]
}

/** One match of one rule. */
export interface TranslatedMatch {
  readonly rank: MatchRank
  /** Its `envoy.config.route.v3.Route` messages as they stand in a virtual host, in the order for Envoy to try them. */
  readonly encoded: Uint8Array
}

/** What a translation depends on besides the route: who pushed it and when it first came decide its precedence. */
export interface RouteContext extends Pick<TieBreak, 'source' | 'created'> {
  /** Port of the listener: where a redirect without port and scheme goes (HTTPRequestRedirectFilter.port). */
  readonly port: number
  /** Name of the cluster of a backend (backendRef or mirror); undefined for one that requests cannot be sent to. */
  cluster(ref: BackendObject & { readonly namespace: string }): string | undefined
  /** What decides among the endpoints of such a cluster. */
  hashPolicy(cluster: string): HashPolicy
}

/** Field number of `envoy.config.route.v3.VirtualHost.routes`. */
const ROUTES = 3
/** Field number of `envoy.config.route.v3.Route.match`. */
const MATCH = 1
/** Field number of `envoy.config.route.v3.Route.name`. */
const NAME = 14

const routes = new MessageScratch()

export function translateRoute(route: Route, context: RouteContext): RouteTranslation {
  const clusters = new Set<string>()
  const matches = route.rules.flatMap((rule, index) => {
    const matches = matchesOf(route, index, context)
    const actions = ruleActions(rule, {
      kind: route.kind,
      prefix: prefixOf(route, index),
      port: context.port,
      clusterOf: ref => context.cluster(ref),
      hashPolicyOf: cluster => context.hashPolicy(cluster),
    })
    for (const cluster of actions.clusters) clusters.add(cluster)
    const name = nameOf(route, rule.name)
    return matches.map(({ rank, taken }) => ({ rank, encoded: encodedRoutes(name, taken, actions) }))
  })
  // A copy has no room for more: there is one for each route.
  return { matches: matches.slice(), clusters: [...clusters] }
}

/** Whether a translation depends on the listener's port. */
export function dependsOnPort({ rules }: Route): boolean {
  return rules.some(({ filters = [], backendRefs = [] }) =>
    [filters, ...backendRefs.map(ref => ref.filters ?? [])]
      .flat()
      .some(filter => filter.type === 'RequestRedirect' && takesListenerPort(filter.requestRedirect)),
  )
}

/** What Envoy's logs and statistics call it: the route, and the rule where that has a name. */
function nameOf({ namespace, name }: Route, rule: string | undefined): string {
  return rule === undefined ? `${namespace}/${name}` : `${namespace}/${name}/${rule}`
}

interface Match {
  readonly rank: MatchRank
  readonly taken: TakenRequests
}

function matchesOf(route: Route, rule: number, { source, created }: RouteContext): Match[] {
  const ties = (index: number): TieBreak => ({
    source,
    created,
    route: `${route.namespace}/${route.name}`,
    rule,
    index,
  })
  if (route.kind === 'GRPCRoute') {
    return orAll(route.rules[rule]?.matches).map((match, index) => ({
      rank: rankOfCall(match, ties(index)),
      taken: grpcRequests(match),
    }))
  }
  return orAll(route.rules[rule]?.matches).map((match, index) => ({
    rank: rankOfRequest(match, ties(index)),
    taken: httpRequests(match),
  }))
}

/** Without matches a rule is for all requests. */
function orAll<Match extends object>(
  matches: readonly Match[] = [],
): readonly (Match | Record<string, never>)[] {
  return matches.length > 0 ? matches : [{}]
}

/** The prefix of the rule's match; the filters that replace it are in rules with one match only. */
function prefixOf(route: Route, rule: number): string {
  if (route.kind === 'GRPCRoute') return '/'
  const [match = {}] = route.rules[rule]?.matches ?? []
  return pathOf(match.path ?? {}).value
}

function encodedRoutes(name: string, { match, method }: TakenRequests, { actions }: RuleActions): Uint8Array {
  const ofAll = encodedMatch(match)
  routes.begin()
  for (const action of actions) {
    const narrowed = narrowing(method, action)
    if (narrowed === undefined) continue
    const route = routes.open(ROUTES)
    const taken = routes.open(MATCH)
    routes.fields(ofAll)
    routes.fields(narrowed)
    routes.close(taken)
    routes.text(NAME, name)
    routes.fields(action.encoded)
    routes.close(route)
  }
  return keptCopy(routes.written)
}
