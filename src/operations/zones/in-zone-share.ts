import { assign } from '../../locality/assign.ts'
import type { Mode } from '../../locality/assignment.ts'
import type { Decision } from '../../locality/decision.ts'
import { type Place, zoneKey } from '../../locality/place.ts'
import { type Balancing, spread } from '../../locality/spread.ts'
import { sum } from '../../locality/sum.ts'
import { usableOf } from '../../locality/usable.ts'
import { viewpointClass } from '../../locality/viewpoint-class.ts'
import { type ZoneShares, zoneShares } from '../../locality/zone-shares.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import { keeperOf } from '../../translate/realm.ts'
import type { World } from '../../translate/world.ts'
import { balancingOf } from '../balancing.ts'
import type { Standpoint, Standpoints } from './standpoints.ts'

/** A port of a service as the proxies of a zone ask it. */
export interface AskedPort {
  readonly port: number
  /** What decides for the first of them. */
  readonly mode: Mode
  /** Of their requests, 0 to 1, those that stay in the zone while all endpoints are well; null: none can be served. */
  readonly inZoneShare: number | null
}

/** The ports of a service as each of these zones asks them: none where nobody of a zone sees the service. */
export function askedPorts(
  world: World,
  service: MergedService,
  zones: readonly Standpoints[],
): AskedPort[][] {
  const key = `${service.namespace}/${service.name}`
  const sees = (source: string) => world.seen(world.realmOf(source), key) === service
  const keeper = keeperOf(service.realm) ?? ''
  const ports = service.ports.flatMap(({ port }) => {
    const decision = service.decision(port)
    return decision === undefined
      ? []
      : [{ port, shares: new SharesByClass(decision, from => balancingOf(service, from)) }]
  })
  return zones.map(zone =>
    ports.flatMap(({ port, shares }) => {
      const standpoints = zone.of(shares.decision, sees, keeper)
      return standpoints.length === 0 ? [] : [{ port, ...shares.inZone(standpoints) }]
    }),
  )
}

/** Where the requests to one port of a service go, made once for each class of viewpoints and kind of cluster. */
class SharesByClass {
  readonly decision: Decision
  readonly #balancingFrom: (place: Place) => Balancing
  readonly #isServed: boolean
  readonly #made = new Map<string, { readonly mode: Mode; readonly zones: ZoneShares }>()

  constructor(decision: Decision, balancingFrom: (place: Place) => Balancing) {
    this.decision = decision
    this.#balancingFrom = balancingFrom
    this.#isServed = usableOf(decision).length > 0
  }

  /** Of the proxies at these standpoints together: at least one, all in one zone. */
  inZone(standpoints: readonly Standpoint[]): Omit<AskedPort, 'port'> {
    const all = standpoints.map(one => ({ ...one, ...this.#from(one) }))
    const stay = all.map(
      ({ viewpoint, proxies, zones }) => proxies * (zones.get(zoneKey(viewpoint))?.share ?? 0),
    )
    const share = sum(stay) / sum(all.map(one => one.proxies))
    return { mode: all[0]?.mode ?? this.decision.mode, inZoneShare: this.#isServed ? share : null }
  }

  #from({ viewpoint }: Standpoint): { readonly mode: Mode; readonly zones: ZoneShares } {
    const balancing = this.#balancingFrom(viewpoint)
    const viewpoints = `${viewpointClass(this.decision, viewpoint)} ${balancing.weighsZones}`
    const known = this.#made.get(viewpoints)
    if (known !== undefined) return known
    const assignment = assign(this.decision, viewpoint)
    const { shares } = spread(assignment, () => true, balancing)
    const made = { mode: assignment.mode, zones: zoneShares(assignment, shares) }
    this.#made.set(viewpoints, made)
    return made
  }
}
