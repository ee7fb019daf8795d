import { sum } from '../../locality/sum.ts'
import type { HttpBackendRef } from '../../model/http-route.ts'
import type { ClusterOf } from './request-mirror.ts'

/** A backend that requests can be sent to. */
export interface WeightedBackend {
  readonly cluster: string
  readonly weight: number
  readonly filters: NonNullable<HttpBackendRef['filters']>
}

export interface BackendWeights {
  readonly backends: readonly WeightedBackend[]
  /** Weight of those that requests cannot be sent to. */
  readonly unresolved: number
}

/** Weight 0 gets nothing. The same backend named twice counts with both weights. */
export function backendWeights(refs: readonly HttpBackendRef[], clusterOf: ClusterOf): BackendWeights {
  const backends: WeightedBackend[] = []
  let unresolved = 0
  for (const ref of refs) {
    const { weight = 1, filters = [] } = ref
    if (weight === 0) continue
    const cluster = clusterOf(ref)
    if (cluster === undefined) {
      unresolved += weight
      continue
    }
    const twin = backends.findIndex(
      one => one.cluster === cluster && one.filters.length === 0 && filters.length === 0,
    )
    const known = backends[twin]
    if (known === undefined) backends.push({ cluster, weight, filters })
    else backends[twin] = { ...known, weight: known.weight + weight }
  }
  return { backends, unresolved }
}

const MILLION = 1_000_000

/**
 * Where the share of each ends, in millionths of all. Envoy has one random number for a request, which it takes for the
 * fraction of every route: the first route whose end is above it gets the request. The last ends at all; none is empty.
 */
export function shareEnds(weights: readonly number[]): number[] {
  const total = sum(weights)
  let before = 0
  let end = 0
  return weights.map((weight, index) => {
    before += weight
    const latest = MILLION - (weights.length - 1 - index)
    end = Math.max(end + 1, Math.min(latest, Math.round((before / total) * MILLION)))
    return end
  })
}
