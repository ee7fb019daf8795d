import type { Candidate } from '../../locality/candidate.ts'
import type { Decision } from '../../locality/decision.ts'
import type { Place } from '../../locality/place.ts'
import type { Balancing } from '../../locality/spread.ts'
import type { Realm } from '../../translate/realm.ts'
import type { World } from '../../translate/world.ts'
import { balancingOf } from '../balancing.ts'
import { distinctPlaces } from '../known-zones.ts'
import type { IsLost } from './changes.ts'
import type { ZoneDemand } from './demand.ts'

export interface BeforeAndAfter<T> {
  readonly before: T
  readonly after: T
}

/** A port of a service before the changes of a simulation, or after them. */
export interface Side {
  /** undefined: the service, or its port, is not there. */
  readonly decision: Decision | undefined
  readonly balancingFrom: (place: Place) => Balancing
  /** Envoys find out by themselves which endpoints fail. */
  readonly isChecked: boolean
  readonly isLost: (candidate: Candidate) => boolean
  readonly demand: ZoneDemand
}

/** What both sides are made of. */
export interface Scene extends BeforeAndAfter<{ readonly world: World; readonly demand: ZoneDemand }> {
  readonly isLost: IsLost
}

/** A service by `namespace/name`, and the realm that has it. */
export interface SimulatedService {
  readonly key: string
  readonly realm: Realm
}

/** A port of a service on both sides: what is lost fails after the changes only. */
export function sidesOf(
  { before, after, isLost }: Scene,
  service: SimulatedService,
  port: number,
): BeforeAndAfter<Side> {
  return {
    before: sideOf(before, service, port, () => false),
    after: sideOf(after, service, port, candidate => isLost(service.key, candidate)),
  }
}

function sideOf(
  { world, demand }: Scene['before'],
  { key, realm }: SimulatedService,
  port: number,
  isLost: Side['isLost'],
): Side {
  const service = world.services.get(key)?.in(realm)
  const { active, passive } = service?.settings.healthCheck ?? {}
  const isChecked = active !== undefined || passive !== undefined
  const balancingFrom = (place: Place) => balancingOf(service, place)
  return { decision: service?.decision(port), balancingFrom, isChecked, isLost, demand }
}

/** Every zone that is said to ask, or had endpoints of the service before the changes. */
export function askingZones({ before, after }: BeforeAndAfter<Side>): Place[] {
  return distinctPlaces([
    ...before.demand.places,
    ...after.demand.places,
    ...(before.decision?.candidates ?? []),
  ])
}
