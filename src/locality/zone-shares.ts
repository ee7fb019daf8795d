import type { Assignment } from './assignment.ts'
import { type Place, zoneKey } from './place.ts'

/** By `zoneKey`: of the requests from one viewpoint, 0 to 1, those that get to a zone. Zones that get none are left out. */
export type ZoneShares = ReadonlyMap<string, { readonly place: Place; readonly share: number }>

/** Sums up by zone what each endpoint of an assignment gets; `shares` are in their order. */
export function zoneShares({ endpoints }: Assignment, shares: readonly number[]): ZoneShares {
  const zones = new Map<string, { place: Place; share: number }>()
  endpoints.forEach(({ candidate: { region, zone } }, index) => {
    const share = shares[index] ?? 0
    if (share === 0) return
    const place = { region, zone }
    const key = zoneKey(place)
    zones.set(key, { place, share: share + (zones.get(key)?.share ?? 0) })
  })
  return zones
}
