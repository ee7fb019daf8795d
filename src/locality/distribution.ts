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
  { standingZones }: Decision,
  { to }: Distribution,
): { readonly served: readonly ZoneWeight[]; readonly empty: readonly ZoneWeight[] } {
  return {
    served: to.filter(one => standingZones.has(zoneKey(one))),
    empty: to.filter(one => !standingZones.has(zoneKey(one))),
  }
}
