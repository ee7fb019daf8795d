import type { Viewpoint } from '../model/viewpoint.ts'
import type { Decision } from './decision.ts'
import type { Distribution, ZoneWeight } from './locality-policy.ts'
import { zoneKey } from './place.ts'

/** The rule of `distribute` that is for proxies in the viewpoint's zone. */
export function distributionFrom({ policy }: Decision, viewpoint: Viewpoint): Distribution | undefined {
  return viewpoint.zone === '' ? undefined : policy.distribute.value.get(zoneKey(viewpoint))
}

/** The zones of a rule that have eligible endpoints, and those that have none: their share goes to the others. */
export function divideZones(
  { eligible }: Decision,
  { to }: Distribution,
): { readonly served: readonly ZoneWeight[]; readonly empty: readonly ZoneWeight[] } {
  const standing = new Set(eligible.map(one => zoneKey(one.candidate)))
  return {
    served: to.filter(one => standing.has(zoneKey(one))),
    empty: to.filter(one => !standing.has(zoneKey(one))),
  }
}
