import { messageField } from '../../proto/length-delimited.ts'
import { encode } from '../../proto/message.ts'
import type { AppliedFilters } from './applied-filters.ts'
import { CALLS, STREAM_TIMEOUTS, sendings, timeoutFields } from './attempts.ts'
import { corsFields, corsResponseHeaders } from './cors-policy.ts'
import { headerFields, inSequence } from './header-modifier.ts'
import { rewrittenPath } from './path-rewrite.ts'
import { mirrorFields, mirrorsOf } from './request-mirror.ts'
import type { Rule, RuleActions, RuleContext } from './rule-actions.ts'

/** Where requests are sent, as a RouteAction says it, and the clusters that it names. */
export interface Target {
  readonly fields: object
  readonly clusters: readonly string[]
}

/** Field number of `envoy.config.route.v3.Route.route`. */
const ROUTE_ACTION = 2

const NOTHING = new Uint8Array()

export function forwarding(
  rule: Rule,
  filters: AppliedFilters,
  target: Target,
  { kind, prefix, clusterOf }: RuleContext,
): RuleActions {
  const isGrpc = kind === 'GRPCRoute'
  const { rewrite } = filters
  const mirrors = mirrorsOf(filters.mirrors, clusterOf)
  const action = encode('envoy.config.route.v3.RouteAction', {
    ...target.fields,
    ...(isGrpc ? STREAM_TIMEOUTS : timeoutFields(rule)),
    ...rewrittenPath(rewrite?.path, prefix),
    ...(rewrite?.hostname && { hostRewriteLiteral: rewrite.hostname }),
    ...mirrorFields(mirrors),
  })
  const fields = encode('envoy.config.route.v3.Route', {
    ...headerFields({
      requestHeaders: filters.requestHeaders,
      responseHeaders: inSequence(corsResponseHeaders(filters.cors), filters.responseHeaders),
    }),
    ...corsFields(filters.cors),
  })
  const actions = (isGrpc ? CALLS : sendings(rule)).map(
    ({ requests, retry = NOTHING, fields: own = NOTHING }) => ({
      requests,
      encoded: Buffer.concat([messageField(ROUTE_ACTION, [action, retry]), fields, own]),
    }),
  )
  return { actions, clusters: [...target.clusters, ...mirrors.map(({ cluster }) => cluster)] }
}
