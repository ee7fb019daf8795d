import type { HttpRouteRule } from '../../model/http-route.ts'
import type { Route } from '../../model/normal-routes.ts'
import type { HashPolicy } from './hash-policy.ts'
import type { Narrowing } from './narrowed-match.ts'
import type { ClusterOf } from './request-mirror.ts'

/** A rule of either kind: those of a GRPCRoute have less. */
export type Rule = Omit<HttpRouteRule, 'matches'>

export interface RuleContext {
  readonly kind: Route['kind']
  /** Prefix of the path that the rule's match has, which filters may replace. */
  readonly prefix: string
  /** Port of the listener. */
  readonly port: number
  readonly clusterOf: ClusterOf
  readonly hashPolicyOf: (cluster: string) => HashPolicy
}

/** What is done with a part of the requests that a match takes. */
export interface RuleAction extends Narrowing {
  /** An `envoy.config.route.v3.Route` without its name and match. */
  readonly encoded: Uint8Array
}

/** What a rule does with a request that it matches, and the clusters that it names. */
export interface RuleActions {
  /** In the order in which Envoy must try them. */
  readonly actions: readonly RuleAction[]
  readonly clusters: readonly string[]
}
