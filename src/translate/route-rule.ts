import { type AppliedFilters, appliedFilters, isHeaderModifier } from './applied-filters.ts'
import { backendWeights, shareEnds, type WeightedBackend } from './backend-shares.ts'
import { forwarding } from './forwarding.ts'
import { headerFields } from './header-modifier.ts'
import { redirected, withoutBackend } from './own-answers.ts'
import { mirrorsOf } from './request-mirror.ts'
import type { Rule, RuleActions, RuleContext } from './rule-actions.ts'

export function ruleActions(rule: Rule, context: RuleContext): RuleActions {
  const filters = appliedFilters(rule.filters ?? [], [])
  if (filters.redirect !== undefined) return redirected(filters.redirect, filters, context)
  const { backends, missing } = backendWeights(rule.backendRefs ?? [], context.clusterOf)
  if (backends.length === 0) return withoutBackend(filters, context.kind)
  if (missing === 0 && canBeOneRoute(backends, filters, context)) {
    return oneRoute(rule, filters, backends, context)
  }
  const ways = backends.map(backend => ({
    weight: backend.weight,
    actions: toBackend(rule, backend, context),
  }))
  const lost = { weight: missing, actions: withoutBackend(filters, context.kind) }
  return inShares(missing === 0 ? ways : [...ways, lost])
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
    fields: { weightedClusters: { clusters: weighted } },
    clusters: backends.map(({ cluster }) => cluster),
  }
  return forwarding(rule, ofAll, target, context)
}

function toBackend(
  rule: Rule,
  { cluster, filters: own }: WeightedBackend,
  context: RuleContext,
): RuleActions {
  const filters = appliedFilters(rule.filters ?? [], own)
  if (filters.redirect !== undefined) return redirected(filters.redirect, filters, context)
  return forwarding(rule, filters, { fields: { cluster }, clusters: [cluster] }, context)
}

/** Each way is for its share of the requests; the last one's needs no end. */
function inShares(ways: readonly { weight: number; actions: RuleActions }[]): RuleActions {
  const ends = shareEnds(ways.map(({ weight }) => weight))
  return {
    actions: ways.flatMap(({ actions: { actions } }, index) =>
      index === ways.length - 1 ? actions : actions.map(one => ({ ...one, shareEnd: ends[index] })),
    ),
    clusters: ways.flatMap(({ actions: { clusters } }) => clusters),
  }
}
