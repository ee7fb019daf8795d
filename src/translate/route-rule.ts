import type { HttpBackendRef as BackendRef, HttpRouteRule as RouteRule } from '../model/http-route.ts'
import { envoyDuration } from './envoy-duration.ts'
import { clusterName } from './names.ts'
import { retryPolicy } from './retry-policy.ts'

/** What a rule does with a request that it matches, and the clusters that it names. */
export interface RuleActions {
  /** In the order in which Envoy must try them. */
  readonly actions: readonly RuleAction[]
  readonly clusters: readonly string[]
}

interface RuleAction {
  /** An Envoy route without its match. */
  readonly fields: object
  /** The same for requests of a safe method, where that makes a difference. */
  readonly safeFields?: object
  /** Part of the requests that this one takes; the rest falls to the next. */
  readonly share: number
}

/** Gateway API: requests for backends that do not exist, or without any weight, are answered 500. */
const NO_BACKEND: RuleAction = { fields: { directResponse: { status: 500 } }, share: 1 }

/** `existing`: names of the clusters that exist, among those that the rule names. */
export function ruleActions(rule: RouteRule, existing: ReadonlySet<string>): RuleActions {
  const weighted = weightByCluster(rule.backendRefs ?? [])
  const valid = [...weighted].filter(([name]) => existing.has(name))
  const validWeight = valid.reduce((sum, [, weight]) => sum + weight, 0)
  const total = [...weighted.values()].reduce((sum, weight) => sum + weight, 0)
  if (validWeight === 0) return { actions: [NO_BACKEND], clusters: [] }
  const forward = forwarding(rule, valid, validWeight / total)
  return {
    actions: validWeight === total ? [forward] : [forward, NO_BACKEND],
    clusters: valid.map(([name]) => name),
  }
}

/** The same backend named twice counts with both weights; weight 0 gets nothing. */
function weightByCluster(refs: readonly BackendRef[]): Map<string, number> {
  const weights = new Map<string, number>()
  for (const ref of refs) {
    const weight = ref.weight ?? 1
    const name = clusterName(ref.namespace, ref.name, ref.port ?? 0)
    if (weight > 0) weights.set(name, (weights.get(name) ?? 0) + weight)
  }
  return weights
}

function forwarding(rule: RouteRule, backends: readonly [string, number][], share: number): RuleAction {
  const attempt = rule.timeouts?.backendRequest && envoyDuration(rule.timeouts.backendRequest)
  const isTimed = attempt !== undefined && attempt !== '0s'
  const action = { ...targetOf(backends), ...timeoutField(rule) }
  const fields = (retry?: object) => ({
    route: { ...action, ...(retry && { retryPolicy: retry }) },
    ...headerFields(rule),
  })
  // A timed attempt that ran out counts as lost, and would be made again: the time is for all attempts' sake.
  if (isTimed) return { fields: fields(retryPolicy({ of: 'unseen', perTryTimeout: attempt })), share }
  return { fields: fields(), safeFields: fields(retryPolicy({ of: 'any' })), share }
}

function targetOf(backends: readonly [string, number][]): object {
  const [first] = backends
  if (backends.length === 1 && first !== undefined) return { cluster: first[0] }
  return { weightedClusters: { clusters: backends.map(([name, weight]) => ({ name, weight })) } }
}

/**
 * Envoy cuts an attempt's time to that of the whole request, 15 s where none is set: a rule that only limits attempts
 * must not be limited by that.
 */
function timeoutField({ timeouts }: RouteRule): object {
  if (timeouts?.request !== undefined) return { timeout: envoyDuration(timeouts.request) }
  return timeouts?.backendRequest === undefined ? {} : { timeout: '0s' }
}

function headerFields(rule: RouteRule): object {
  const filter = rule.filters?.find(one => one.type === 'RequestHeaderModifier')
  if (filter === undefined) return {}
  const modifier = filter.requestHeaderModifier
  const toAdd = [
    ...(modifier.set ?? []).map(header => headerOption(header, 'OVERWRITE_IF_EXISTS_OR_ADD')),
    ...(modifier.add ?? []).map(header => headerOption(header, 'APPEND_IF_EXISTS_OR_ADD')),
  ]
  return {
    ...(toAdd.length > 0 && { requestHeadersToAdd: toAdd }),
    ...(modifier.remove && { requestHeadersToRemove: modifier.remove }),
  }
}

/** Envoy formats values (`%REQ(…)%`); the Gateway API does not, so a percent sign is doubled. */
function headerOption({ name, value }: { name: string; value: string }, appendAction: string): object {
  return { header: { key: name, value: value.replaceAll('%', '%%') }, appendAction }
}
