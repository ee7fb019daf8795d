import type { Fields } from './fields.ts'

/** core/v1, annotation_key_constants.go. */
const DEPRECATED = 'service.kubernetes.io/topology-aware-hints'
const CURRENT = 'service.kubernetes.io/topology-mode'

/**
 * Whether a Service asks for Topology Aware Routing (endpointslice, reconciler.go, hintsEnabled): the deprecated
 * annotation wins by existing, and "Auto" or "auto" are the only values that switch it on.
 */
export function isTopologyAware(service: Fields): boolean {
  const annotations = service.object('metadata')?.object('annotations')
  if (annotations === undefined) return false
  const key = annotations.has(DEPRECATED) ? DEPRECATED : CURRENT
  const value = annotations.text(key)
  if (value === 'Auto' || value === 'auto') return true
  if (value !== undefined && !OFF.includes(value)) {
    annotations.warn(key, 'is not "Auto": Topology Aware Routing is off, as in Kubernetes')
  }
  return false
}

const OFF = ['Disabled', 'disabled', '']

/** Where the annotation stands that switched it on. */
export function annotationOf(service: Fields): { readonly holder: Fields | undefined; readonly key: string } {
  const holder = service.object('metadata')?.object('annotations')
  return { holder, key: holder?.has(DEPRECATED) ? DEPRECATED : CURRENT }
}
