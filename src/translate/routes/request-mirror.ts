import type { RequestMirror } from '../../model/route-filters.ts'
import type { BackendObject } from '../../model/route-references.ts'

/** The name of the cluster of a backend; undefined for one that requests cannot be sent to. */
export type ClusterOf = (ref: BackendObject & { readonly namespace: string }) => string | undefined

interface Mirror {
  readonly cluster: string
  readonly fraction: Fraction | undefined
}

interface Fraction {
  readonly numerator: number
  readonly denominator: 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION'
}

const DENOMINATORS = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const

/** The mirrors that get anything: one whose backend is not there is dropped (HTTPRequestMirrorFilter.backendRef). */
export function mirrorsOf(filters: readonly RequestMirror[], clusterOf: ClusterOf): readonly Mirror[] {
  return filters.flatMap(({ backendRef, percent, fraction }) => {
    const share = percent === undefined ? fraction : { numerator: percent }
    const cluster = clusterOf(backendRef as Parameters<ClusterOf>[0])
    if (cluster === undefined || share?.numerator === 0) return []
    return [{ cluster, fraction: share && fractionOf(share) }]
  })
}

export function mirrorFields(mirrors: readonly Mirror[]): object {
  if (mirrors.length === 0) return {}
  return {
    requestMirrorPolicies: mirrors.map(({ cluster, fraction }) => ({
      cluster,
      ...(fraction && { runtimeFraction: { defaultValue: fraction } }),
      // By itself Envoy sends a mirror other requests than it got: those of "example.com-shadow".
      disableShadowHostSuffixAppend: true,
    })),
  }
}

/**
 * Envoy draws one random number for a request, and takes it modulo each denominator. The shares of backends are counted
 * in millionths: a mirror that counts in fewer gets its part of every backend's requests, not the first one's alone.
 */
function fractionOf({
  numerator,
  denominator = 100,
}: {
  numerator: number
  denominator?: number | undefined
}) {
  const share = numerator / denominator
  if (share === 1) return undefined
  if ((numerator * 100) % denominator === 0) return fraction(share, 'HUNDRED')
  const isFine = share < 0.01 && (numerator * 10_000) % denominator !== 0
  return fraction(share, isFine ? 'MILLION' : 'TEN_THOUSAND')
}

/** A part strictly between none and all must not round to either. */
function fraction(share: number, denominator: Fraction['denominator']): Fraction {
  const whole = DENOMINATORS[denominator]
  return { numerator: Math.min(whole - 1, Math.max(1, Math.round(share * whole))), denominator }
}
