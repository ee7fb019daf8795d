import { type Place, placeName, zoneKey } from './place.ts'
import type { RatedZone, ZoneCapacities } from './zone-capacities.ts'

/** What Topology Aware Routing reads of an endpoint. */
export interface CountedEndpoint extends Place {
  readonly name: string
  /** null, Kubernetes' unset condition, does not count. */
  readonly ready: boolean | null
  /** 0 is drained: it could serve no zone. */
  readonly weight: number
}

/** The zone that each endpoint serves, by its name; undefined where a safeguard spoke. The note has the numbers. */
export interface TopologyAwareHints {
  readonly hints: ReadonlyMap<string, Place> | undefined
  readonly note: string
}

/**
 * Topology Aware Routing ("Auto") over all endpoints of a service in one source (endpointslice, topologycache.go,
 * AddHints): each zone is to have as many endpoints as it has of the CPUs, and those that a zone has too many are lent.
 *
 * The arithmetic is Go's float64 in Go's order, without an epsilon. Where Kubernetes leaves a tie to chance the first
 * zone by name is taken, and of a zone's endpoints the first by name are lent; nothing is remembered from before.
 */
export function topologyAwareHints(
  endpoints: readonly CountedEndpoint[],
  capacities: ZoneCapacities,
): TopologyAwareHints {
  if (!capacities.known) return off(capacities.obstacle)
  const counted = endpoints.filter(one => one.ready === true && one.weight > 0)
  const endpointsText = `${counted.length} endpoint${counted.length === 1 ? '' : 's'}`
  if (capacities.zones.length > counted.length) {
    return off(`${endpointsText} cannot serve ${capacities.zones.length} zones`)
  }
  const targets = capacities.zones.map(zone => targetOf(zone, counted.length))
  if (targets.reduce((sum, one) => sum + one.minimum, 0) > counted.length) {
    return off(`${endpointsText} cannot give ${minimums(targets)}`)
  }
  const homeless = counted.find(one => one.zone === '')
  if (homeless !== undefined) return off(`the zone of endpoint ${homeless.name} is not known`)
  const hints = lend(counted, transfers(counted, targets))
  return { hints, note: allocationNote(counted, targets, hints) }
}

function off(why: string): TopologyAwareHints {
  return { hints: undefined, note: why }
}

/** A zone may be loaded by so much above the mean (topologycache.go, overloadThreshold). */
const OVERLOAD_THRESHOLD = 0.2

/** How many endpoints a zone should have. */
interface Target extends RatedZone {
  readonly minimum: number
  readonly desired: number
}

function targetOf(zone: RatedZone, endpoints: number): Target {
  const even = zone.ratio * endpoints
  const minimum = Math.ceil(even * (1 / (1 + OVERLOAD_THRESHOLD)))
  return { ...zone, minimum, desired: Math.max(even, minimum) }
}

function minimums(targets: readonly Target[]): string {
  const all = new Set(targets.map(one => one.minimum))
  if (all.size === 1) return `${targets.length} zones their minimum of ${[...all][0]} each`
  return `the zones their minimum: ${targets.map(one => `${placeName(one)} ${one.minimum}`).join(', ')}`
}

interface Transfers {
  /** By zone: how many endpoints it lends. */
  readonly given: Map<string, number>
  /** The zones that they go to, each as often as it gets one. */
  readonly received: Place[]
}

/** How many endpoints are lent by whom to whom (utils.go, getGivingAndReceivingZones). */
function transfers(counted: readonly CountedEndpoint[], targets: readonly Target[]): Transfers {
  const surplus = new Map<Target, number>()
  const deficit = new Map<Target, number>()
  for (const target of targets) {
    const own = counted.filter(one => zoneKey(one) === zoneKey(target)).length
    if (own > target.desired) surplus.set(target, own - target.desired)
    if (own < target.desired) deficit.set(target, target.desired - own)
  }
  const given = new Map<string, number>()
  const received = new Map<Target, number>()
  for (;;) {
    const giver = greatest(surplus)
    const receiver = greatest(deficit)
    if (giver === undefined || receiver === undefined) break
    const [over, under] = [surplus.get(giver) ?? 0, deficit.get(receiver) ?? 0]
    if ((over < 1 && under < 1) || over < 0.5 || under < 0.5) break
    given.set(zoneKey(giver), (given.get(zoneKey(giver)) ?? 0) + 1)
    surplus.set(giver, over - 1)
    received.set(receiver, (received.get(receiver) ?? 0) + 1)
    deficit.set(receiver, under - 1)
  }
  const inOrder = targets.flatMap(one => Array<Target>(received.get(one) ?? 0).fill(one))
  return { given, received: inOrder }
}

/** Of equal ones the first: zones stand by name. */
function greatest(zones: ReadonlyMap<Target, number>): Target | undefined {
  let found: Target | undefined
  let most = 0
  for (const [zone, number] of zones) {
    if (number > most) {
      found = zone
      most = number
    }
  }
  return found
}

/** An endpoint that is lent serves its own zone no more (utils.go, redistributeHints). */
function lend(counted: readonly CountedEndpoint[], { given, received }: Transfers): Map<string, Place> {
  const hints = new Map<string, Place>()
  let lent = 0
  for (const one of counted) {
    const left = given.get(zoneKey(one)) ?? 0
    const receiver = left > 0 ? received[lent] : undefined
    if (receiver !== undefined) {
      given.set(zoneKey(one), left - 1)
      lent += 1
    }
    hints.set(one.name, { region: (receiver ?? one).region, zone: (receiver ?? one).zone })
  }
  return hints
}

function allocationNote(
  counted: readonly CountedEndpoint[],
  targets: readonly Target[],
  hints: ReadonlyMap<string, Place>,
): string {
  const zones = targets.map(target => {
    const serving = [...hints.values()].filter(hint => zoneKey(hint) === zoneKey(target)).length
    const own = counted.filter(one => zoneKey(one) === zoneKey(target)).length
    const percent = Math.round(target.ratio * 1000) / 10
    return `${placeName(target)} (${percent} % of the CPUs) has ${own} and is served by ${serving}`
  })
  return `of ${counted.length} endpoints ${zones.join(', ')}`
}
