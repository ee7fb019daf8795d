import { GATEWAY_GROUP } from '../model/gateway.ts'
import type { ReferenceGrant } from '../model/reference-grant.ts'

/** Who refers to a service of another namespace. */
interface Referrer {
  readonly kind: string
  readonly namespace: string
}

/**
 * Whether grants of the service's namespace let a route refer to it (Gateway API, ReferenceGrantSpec: each entry of
 * `from` and of `to` is one more that counts; a `to` without a name is for all).
 */
export function permitsService(
  grants: Iterable<ReferenceGrant>,
  { kind, namespace }: Referrer,
  service: string,
): boolean {
  for (const { from, to } of grants) {
    const isFrom = from.some(
      one => one.group === GATEWAY_GROUP && one.kind === kind && one.namespace === namespace,
    )
    const isTo = to.some(
      ({ group = '', kind: target, name = service }) =>
        group === '' && target === 'Service' && name === service,
    )
    if (isFrom && isTo) return true
  }
  return false
}
