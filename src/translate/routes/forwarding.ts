import { encode } from '../../proto/message.ts'
import { MessageScratch } from '../../proto/message-scratch.ts'
import type { AppliedFilters } from './applied-filters.ts'
import { CALLS, STREAM_TIMEOUTS, sendings, timeoutFields } from './attempts.ts'
import { corsFields, corsResponseHeaders } from './cors-policy.ts'
import { headerFields, inSequence } from './header-modifier.ts'
import { rewrittenPath } from './path-rewrite.ts'
import { mirrorFields, mirrorsOf } from './request-mirror.ts'
import type { Rule, RuleActions, RuleContext } from './rule-actions.ts'

/** Where requests are sent, as a RouteAction says it, and the clusters that it names. */
export interface Target {
  /** undefined: `fields` say more than one. */
  readonly cluster: string | undefined
  readonly fields: object
  readonly clusters: readonly string[]
}

/** Field number of `envoy.config.route.v3.Route.route`. */
const ROUTE_ACTION = 2
/** Field number of `envoy.config.route.v3.RouteAction.cluster`. */
const CLUSTER = 1

const route = new MessageScratch()

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
  const others = encode('envoy.config.route.v3.RouteAction', {
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
    ({ requests, retry = NOTHING, fields: own = NOTHING }) => {
      route.begin()
      const action = route.open(ROUTE_ACTION)
      if (target.cluster !== undefined) route.text(CLUSTER, target.cluster)
      route.fields(others)
      route.fields(retry)
      route.close(action)
      route.fields(fields)
      route.fields(own)
      return { requests, encoded: Buffer.from(route.written) }
    },
  )
  return { actions, clusters: [...target.clusters, ...mirrors.map(({ cluster }) => cluster)] }
}
