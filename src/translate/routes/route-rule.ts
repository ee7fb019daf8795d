import { type AppliedFilters, appliedFilters, isHeaderModifier } from './applied-filters.ts'
import { backendWeights, shareEnds, type WeightedBackend } from './backend-shares.ts'
import { forwarding } from './forwarding.ts'
import { hashFields, isSameHash } from './hash-policy.ts'
import { headerFields } from './header-modifier.ts'
import { preflights, redirected, withoutBackend } from './own-answers.ts'
import { mirrorsOf } from './request-mirror.ts'
import type { Rule, RuleActions, RuleContext } from './rule-actions.ts'

/** One way for requests of a rule to go, and its share of them among the others. */
interface Way {
  readonly weight: number
  readonly cors: AppliedFilters['cors']
  readonly taken: RuleActions
}

export function ruleActions(rule: Rule, context: RuleContext): RuleActions {
  const ways = waysOf(rule, context)
  const [{ cors }] = ways
  // What a browser asks first has one answer, unless backends have answers of their own.
  if (ways.some(way => way.cors !== cors)) return inShares(ways.map(withPreflights))
  const { actions, clusters } = inShares(ways)
  return { actions: [...preflights(cors), ...actions], clusters }
}

function withPreflights({ weight, cors, taken: { actions, clusters } }: Way): Way {
  return { weight, cors, taken: { actions: [...preflights(cors), ...actions], clusters } }
}

function waysOf(rule: Rule, context: RuleContext): [Way, ...Way[]] {
  const filters = appliedFilters(rule.filters ?? [], [])
  const { cors, redirect } = filters
  if (redirect !== undefined) return [{ weight: 1, cors, taken: redirected(redirect, filters, context) }]
  const { backends, unresolved } = backendWeights(rule.backendRefs ?? [], context.clusterOf)
  if (unresolved === 0 && canBeOneRoute(backends, filters, context)) {
    return [{ weight: 1, cors, taken: oneRoute(rule, filters, backends, context) }]
  }
  const [first, ...others] = backends.map(backend => toBackend(rule, backend, context))
  if (first !== undefined && unresolved === 0) return [first, ...others]
  const failing = { weight: unresolved, cors, taken: withoutBackend(filters, context.kind) }
  return first === undefined ? [failing] : [first, ...others, failing]
}

/**
 * Weighted clusters can have modifiers of headers, and nothing else, of their own: what is hashed must be the same for
 * all of them, or two services would each be hashed by what the other says. A mirror of some requests is no question of
 * theirs: Envoy's one random number for a request would give it those of the first backend.
 */
function canBeOneRoute(
  backends: readonly WeightedBackend[],
  { mirrors }: AppliedFilters,
  { clusterOf, hashPolicyOf }: RuleContext,
): boolean {
  const [first, ...others] = backends.map(({ cluster }) => hashPolicyOf(cluster))
  return (
    others.length > 0 &&
    others.every(one => isSameHash(one, first)) &&
    backends.every(({ filters }) => filters.every(isHeaderModifier)) &&
    mirrorsOf(mirrors, clusterOf).every(({ fraction }) => fraction === undefined)
  )
}

function oneRoute(
  rule: Rule,
  filters: AppliedFilters,
  backends: readonly WeightedBackend[],
  context: RuleContext,
): RuleActions {
  const isModified = backends.some(one => one.filters.length > 0)
  const weighted = backends.map(({ cluster, weight, filters: own }) => ({
    name: cluster,
    weight,
    ...(isModified && headerFields(appliedFilters(rule.filters ?? [], own))),
  }))
  const ofAll = isModified ? { ...filters, requestHeaders: undefined, responseHeaders: undefined } : filters
  const target = {
    cluster: undefined,
    fields: {
      weightedClusters: { clusters: weighted },
      ...hashFields(context.hashPolicyOf(backends[0]?.cluster ?? '')),
    },
    clusters: backends.map(({ cluster }) => cluster),
  }
  return forwarding(rule, ofAll, target, context)
}

function toBackend(
  rule: Rule,
  { cluster, weight, filters: own }: WeightedBackend,
  context: RuleContext,
): Way {
  const filters = appliedFilters(rule.filters ?? [], own)
  const { cors, redirect } = filters
  if (redirect !== undefined) return { weight, cors, taken: redirected(redirect, filters, context) }
  const target = { cluster, fields: hashFields(context.hashPolicyOf(cluster)), clusters: [cluster] }
  return { weight, cors, taken: forwarding(rule, filters, target, context) }
}

/** Each way is for its share of the requests; the last one's needs no end. */
function inShares(ways: readonly Way[]): RuleActions {
  const ends = shareEnds(ways.map(({ weight }) => weight))
  return {
    actions: ways.flatMap(({ taken: { actions } }, index) =>
      index === ways.length - 1 ? actions : actions.map(one => ({ ...one, shareEnd: ends[index] })),
    ),
    clusters: ways.flatMap(({ taken: { clusters } }) => clusters),
  }
}
