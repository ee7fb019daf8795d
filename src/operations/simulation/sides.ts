import type { Candidate } from '../../locality/candidate.ts'
import type { Decision } from '../../locality/decision.ts'
import { type Host, isGateway } from '../../locality/hosts.ts'
import type { Place } from '../../locality/place.ts'
import type { Balancing } from '../../locality/spread.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import { keeperOf, type Realm } from '../../translate/realm.ts'
import type { World } from '../../translate/world.ts'
import { balancingOf } from '../balancing.ts'
import { distinctPlaces } from '../known-zones.ts'
import type { ZoneDemand } from './demand.ts'
import type { Losses } from './losses.ts'

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
  readonly viewpointFrom: (place: Place) => Viewpoint
  readonly isLost: (candidate: Candidate) => boolean
  /** As Envoy could see it: what stands behind a gateway shows nothing of its health. */
  readonly isWell: (host: Host) => boolean
  readonly demand: ZoneDemand
}

/** What both sides are made of. */
export type Scene = BeforeAndAfter<{
  readonly world: World
  readonly demand: ZoneDemand
  readonly losses: Losses
}>

/** A service by `namespace/name`, and the realm that has it. */
export interface SimulatedService {
  readonly key: string
  readonly realm: Realm
}

/** A port of a service on both sides. */
export function sidesOf(
  { before, after }: Scene,
  service: SimulatedService,
  port: number,
): BeforeAndAfter<Side> {
  return { before: sideOf(before, service, port), after: sideOf(after, service, port) }
}

function sideOf(
  { world, demand, losses }: Scene['before'],
  { key, realm }: SimulatedService,
  port: number,
): Side {
  const service = world.services.get(key)?.in(realm)
  const { active, passive } = service?.settings.healthCheck ?? {}
  const isChecked = active !== undefined || passive !== undefined
  const balancingFrom = (place: Place) => balancingOf(service, place)
  const viewpointFrom = (place: Place) => viewpointOf(world, realm, place)
  const isLost = (candidate: Candidate) => losses.isLost(key, candidate)
  const isWell = (host: Host) =>
    isGateway(host) ? !losses.isLostZone(host) : host.endpoints.every(one => !isLost(one.candidate))
  return {
    decision: service?.decision(port),
    viewpointFrom,
    balancingFrom,
    isChecked,
    isLost,
    isWell,
    demand,
  }
}

/** On no network and in no source; but only proxies of its source see a service that this keeps to itself. */
function viewpointOf(world: World, realm: Realm, { region, zone }: Place): Viewpoint {
  return world.locate({ region, zone, subZone: '', node: '', source: keeperOf(realm) ?? '', network: '' })
}

/** Every zone that is said to ask, or had endpoints of the service before the changes. */
export function askingZones({ before, after }: BeforeAndAfter<Side>): Place[] {
  return distinctPlaces([
    ...before.demand.places,
    ...after.demand.places,
    ...(before.decision?.candidates ?? []),
  ])
}
