import type { BackendRef, RouteRule } from '../model/routes.ts'
import { envoyDuration } from './envoy-duration.ts'
import { clusterName } from './names.ts'
import { retryPolicy } from './retry-policy.ts'

/** Whether some source has this port of this service: a cluster of this name exists then. */
export type HasCluster = (clusterName: string) => boolean

/** What a rule does with a request that it matches, and the clusters that it names. */
export interface RuleActions {
  /**
   * The Envoy routes (without their match) that stand in for the rule, in order. A share below 1 is the part of the
   * requests that the first one takes; the rest falls to the second.
   */
  readonly actions: readonly { readonly fields: object; readonly share: number }[]
  readonly clusters: readonly string[]
}

/** Gateway API: requests for backends that do not exist, or without any weight, are answered 500. */
const NO_BACKEND = { directResponse: { status: 500 } }

export function ruleActions(rule: RouteRule, hasCluster: HasCluster): RuleActions {
  const weighted = weightByCluster(rule.backendRefs ?? [])
  const valid = [...weighted].filter(([name]) => hasCluster(name))
  const validWeight = valid.reduce((sum, [, weight]) => sum + weight, 0)
  const total = [...weighted.values()].reduce((sum, weight) => sum + weight, 0)
  if (validWeight === 0) return { actions: [{ fields: NO_BACKEND, share: 1 }], clusters: [] }

  const forward = {
    fields: { route: routeAction(rule, valid), ...headerFields(rule) },
    share: validWeight / total,
  }
  return {
    actions: validWeight === total ? [forward] : [forward, { fields: NO_BACKEND, share: 1 }],
    clusters: valid.map(([name]) => name),
  }
}

/** The same backend named twice counts with both weights; weight 0 gets nothing. */
function weightByCluster(refs: readonly BackendRef[]): Map<string, number> {
  const weights = new Map<string, number>()
  for (const ref of refs) {
    const weight = ref.weight ?? 1
    const name = clusterName(ref.namespace, ref.name, ref.port)
    if (weight > 0) weights.set(name, (weights.get(name) ?? 0) + weight)
  }
  return weights
}

function routeAction(rule: RouteRule, backends: readonly [string, number][]): object {
  const [first] = backends
  const target =
    backends.length === 1 && first !== undefined
      ? { cluster: first[0] }
      : { weightedClusters: { clusters: backends.map(([name, weight]) => ({ name, weight })) } }
  return { ...target, ...timeoutFields(rule) }
}

function timeoutFields({ timeouts }: RouteRule): object {
  const attempt = timeouts?.backendRequest && envoyDuration(timeouts.backendRequest)
  const request = timeouts?.request && envoyDuration(timeouts.request)
  return {
    // Envoy cuts an attempt's time to that of the whole request, 15 s where none is set: a rule that only limits
    // attempts must not be limited by that.
    ...(request !== undefined ? { timeout: request } : attempt !== undefined ? { timeout: '0s' } : {}),
    // A route's policy replaces its virtual host's, which is the same but for this.
    ...(attempt !== undefined && attempt !== '0s' && { retryPolicy: retryPolicy(attempt) }),
  }
}

function headerFields(rule: RouteRule): object {
  const modifier = rule.filters?.[0]?.requestHeaderModifier
  if (modifier === undefined) return {}
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
