import type { HttpRouteRule } from '../model/http-route.ts'
import type { Route } from '../model/normal-routes.ts'
import { messageField } from '../proto/length-delimited.ts'
import { encode } from '../proto/message.ts'
import { type AppliedFilters, appliedFilters, isHeaderModifier } from './applied-filters.ts'
import { backendWeights, shareEnds, type WeightedBackend } from './backend-shares.ts'
import { corsAnswers, corsFields, preflightAnswers } from './cors-policy.ts'
import { CALLS, STREAM_TIMEOUTS, sendings, timeoutFields } from './forwarding.ts'
import { headerFields } from './header-modifier.ts'
import type { Part } from './narrowed-match.ts'
import { rewrittenPath } from './path-rewrite.ts'
import { type ClusterOf, mirrorFields, mirrorsOf } from './request-mirror.ts'
import { redirects } from './request-redirect.ts'

/** A rule of either kind: those of a GRPCRoute have less. */
type Rule = Omit<HttpRouteRule, 'matches'>

export interface RuleContext {
  readonly kind: Route['kind']
  /** Prefix of the path that the rule's match has, which filters may replace. */
  readonly prefix: string
  /** Port of the listener. */
  readonly port: number
  readonly clusterOf: ClusterOf
}

/** What is done with a part of the requests that a match takes. */
interface RuleAction extends Part {
  /** An `envoy.config.route.v3.Route` without its name and match. */
  readonly encoded: Uint8Array
}

/** What a rule does with a request that it matches, and the clusters that it names. */
export interface RuleActions {
  /** In the order in which Envoy must try them. */
  readonly actions: readonly RuleAction[]
  readonly clusters: readonly string[]
}

const NOTHING: RuleActions = { actions: [], clusters: [] }

export function ruleActions(rule: Rule, context: RuleContext): RuleActions {
  const filters = appliedFilters(rule.filters ?? [], [])
  if (filters.redirect !== undefined) return oneWay(rule, filters, undefined, context)
  const { backends, missing } = backendWeights(rule.backendRefs ?? [], context.clusterOf)
  if (missing === 0 && canBeOneRoute(backends, filters, context))
    return divided(rule, filters, backends, context)
  const weights = [...backends.map(({ weight }) => weight), ...(missing > 0 ? [missing] : [])]
  const ways = backends.map(backend =>
    oneWay(rule, appliedFilters(rule.filters ?? [], backend.filters), backend, context),
  )
  const noBackend = missing > 0 || backends.length === 0 ? [oneWay(rule, filters, undefined, context)] : []
  const ends = shareEnds(weights)
  return [...ways, ...noBackend].reduce((all, way, index) => inShare(all, way, ends, index), NOTHING)
}

/**
 * Weighted clusters can have modifiers of headers, and nothing else, of their own. A mirror of some requests is no
 * question of theirs: Envoy's one random number for a request would give it those of the first backend.
 */
function canBeOneRoute(
  backends: readonly WeightedBackend[],
  { mirrors }: AppliedFilters,
  { clusterOf }: RuleContext,
): boolean {
  return (
    backends.length > 1 &&
    backends.every(({ filters }) => filters.every(isHeaderModifier)) &&
    mirrorsOf(mirrors, clusterOf).every(({ fraction }) => fraction === undefined)
  )
}

function inShare(all: RuleActions, way: RuleActions, ends: readonly number[], index: number): RuleActions {
  const shareEnd = index < ends.length - 1 ? ends[index] : undefined
  const actions = shareEnd === undefined ? way.actions : way.actions.map(one => ({ ...one, shareEnd }))
  return { actions: [...all.actions, ...actions], clusters: [...all.clusters, ...way.clusters] }
}

/** All backends in one Envoy route. */
function divided(
  rule: Rule,
  filters: AppliedFilters,
  backends: readonly WeightedBackend[],
  context: RuleContext,
): RuleActions {
  const names = backends.map(({ cluster }) => cluster)
  if (backends.every(one => one.filters.length === 0)) {
    const clusters = backends.map(({ cluster, weight }) => ({ name: cluster, weight }))
    return forwarding(rule, filters, { weightedClusters: { clusters } }, names, context)
  }
  const clusters = backends.map(({ cluster, weight, filters: own }) => ({
    name: cluster,
    weight,
    ...headerFields(appliedFilters(rule.filters ?? [], own)),
  }))
  const others = { ...filters, requestHeaders: undefined, responseHeaders: undefined }
  return forwarding(rule, others, { weightedClusters: { clusters } }, names, context)
}

/** To one backend, elsewhere by a redirect, or nowhere. */
function oneWay(
  rule: Rule,
  filters: AppliedFilters,
  backend: WeightedBackend | undefined,
  context: RuleContext,
): RuleActions {
  const { redirect } = filters
  if (redirect !== undefined) {
    const answers = redirects(redirect, context.prefix, context.port)
    return answered(
      filters,
      answers.map(({ action, headers }) => ({ fields: { redirect: action }, headers })),
    )
  }
  if (backend === undefined) {
    return answered(filters, [{ fields: { directResponse: { status: NO_BACKEND[context.kind] } } }])
  }
  return forwarding(rule, filters, { cluster: backend.cluster }, [backend.cluster], context)
}

/** HTTPRouteRule.backendRefs: "500 status codes"; GRPCRouteRule.backendRefs: `UNAVAILABLE`, which Envoy makes of 503. */
const NO_BACKEND = { HTTPRoute: 500, GRPCRoute: 503 } as const

interface Answer {
  readonly fields: object
  readonly headers?: readonly object[] | undefined
}

/** What Envoy answers by itself. */
function answered(filters: AppliedFilters, answers: readonly Answer[]): RuleActions {
  const modified = headerFields({ responseHeaders: filters.responseHeaders }) as {
    responseHeadersToAdd?: readonly object[]
  }
  const ways = filters.cors === undefined ? [{ fields: {}, headers: [] }] : corsAnswers(filters.cors)
  const actions = answers.flatMap(({ fields, headers = [] }) =>
    ways.map(way => {
      const responseHeadersToAdd = [
        ...(modified.responseHeadersToAdd ?? []),
        ...(way.fields.responseHeadersToAdd ?? []),
      ]
      return {
        requests: 'all' as const,
        headers: [...headers, ...way.headers],
        encoded: encode(ROUTE, {
          ...fields,
          ...modified,
          ...(responseHeadersToAdd.length > 0 && { responseHeadersToAdd }),
        }),
      }
    }),
  )
  return { actions: [...preflights(filters), ...actions], clusters: [] }
}

function preflights({ cors }: AppliedFilters): RuleAction[] {
  if (cors === undefined) return []
  return preflightAnswers(cors).map(({ status, fields, headers }) => ({
    requests: 'preflight',
    headers,
    encoded: encode(ROUTE, { directResponse: { status }, ...fields }),
  }))
}

const ROUTE = 'envoy.config.route.v3.Route'
/** Field number of `envoy.config.route.v3.Route.route`. */
const ROUTE_ACTION = 2

function forwarding(
  rule: Rule,
  filters: AppliedFilters,
  target: object,
  clusters: readonly string[],
  { kind, prefix, clusterOf }: RuleContext,
): RuleActions {
  const isGrpc = kind === 'GRPCRoute'
  const { rewrite, cors } = filters
  const mirrors = mirrorsOf(filters.mirrors, clusterOf)
  const action = encode('envoy.config.route.v3.RouteAction', {
    ...target,
    ...(isGrpc ? STREAM_TIMEOUTS : timeoutFields(rule)),
    ...rewrittenPath(rewrite?.path, prefix),
    ...(rewrite?.hostname && { hostRewriteLiteral: rewrite.hostname }),
    ...mirrorFields(mirrors),
  })
  const fields = encode(ROUTE, { ...headerFields(filters), ...corsFields(cors) })
  const actions = (isGrpc ? CALLS : sendings(rule)).map(({ requests, retry }) => ({
    requests,
    encoded: Buffer.concat([messageField(ROUTE_ACTION, [action, retry]), fields]),
  }))
  return {
    actions: [...preflights(filters), ...actions],
    clusters: [...clusters, ...mirrors.map(({ cluster }) => cluster)],
  }
}
