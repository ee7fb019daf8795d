import { type Place, zoneKey } from '../../locality/place.ts'
import { sum } from '../../locality/sum.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import type { World } from '../../translate/world.ts'
import { inTurns } from '../in-turns.ts'
import { type Columns, type ListRequest, listPage, type Page } from '../list.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { roundedShare } from '../rounded-share.ts'
import { askedPorts } from './in-zone-share.ts'
import { connectedStandpoints } from './standpoints.ts'
import { ZoneTallies, ZoneTally } from './zone-tally.ts'

/** A zone at a glance. */
export interface ZoneSummary extends Place {
  readonly proxies: number
  /** Whether ready or not; one that is of several services counts for each. */
  readonly endpoints: number
  /** Those that have endpoints there. */
  readonly services: number
  /** CPUs, of all sources together; null: none are known. */
  readonly capacity: number | null
  /** Of the endpoints that can be used. */
  readonly weight: number
  /** What its clients ask for, as zones are to each other: the stored demand, else one for each proxy. */
  readonly demand: number
  readonly drained: { readonly reason?: string; readonly revision: number } | null
  /** Of its requests, 0 to 1, those that stay, expected while all is well; null: it asks nothing that can be served. */
  readonly inZoneShare: number | null
}

export interface ZoneList extends Page<ZoneSummary> {
  readonly revision: number
  /** Over all zones, by their demand; where there is none, all alike. */
  readonly inZoneShare: number | null
}

const COLUMNS: Columns<ZoneSummary> = {
  id: zoneKey,
  fields: {
    region: ({ region }) => region,
    zone: ({ zone }) => zone,
    proxies: ({ proxies }) => proxies,
    endpoints: ({ endpoints }) => endpoints,
    services: ({ services }) => services,
    capacity: ({ capacity }) => capacity ?? -1,
    weight: ({ weight }) => weight,
    demand: ({ demand }) => demand,
    drained: ({ drained }) => String(drained !== null),
    inZoneShare: ({ inZoneShare }) => inZoneShare ?? -1,
  },
}

/**
 * All zones that a source declares, that are drained, or where somebody stands; endpoints and shares of all services, or
 * of one (`namespace/name`) alone.
 */
export async function listZones(
  world: World,
  proxies: readonly ProxyStatus[],
  service: string | undefined,
  request: ListRequest,
): Promise<ZoneList | Refusal> {
  const services = service === undefined ? [...world.allServices()] : world.services.get(service)?.services
  if (services === undefined) return refuse('unknown', `there is no service ${service}`)
  const tallies = new ZoneTallies()
  for (const [key, standpoints] of connectedStandpoints(world, proxies)) {
    tallies.set(key, new ZoneTally(standpoints))
  }
  for (const { zone } of world.zones.values()) tallies.at(zone)
  for (const drain of world.drains.values()) tallies.at(drain)
  await inTurns(services, one => tallies.count(one))
  await ask([...tallies.values()], world, services)
  const capacities = world.capacities.cpus()
  const zones = [...tallies.values()].map(tally => summary(world, tally, capacities))
  const page = listPage(zones, COLUMNS, request)
  return isRefusal(page) ? page : { revision: world.revision, inZoneShare: overall(zones), ...page }
}

async function ask(
  tallies: readonly ZoneTally[],
  world: World,
  services: readonly MergedService[],
): Promise<void> {
  const zones = tallies.map(one => one.standpoints)
  await inTurns(services, service => {
    askedPorts(world, service, zones).forEach((ports, index) => {
      tallies[index]?.ask(ports)
    })
  })
}

function summary(world: World, tally: ZoneTally, capacities: ReadonlyMap<string, number>): ZoneSummary {
  const { standpoints, endpoints, services, weight, inZoneShare } = tally
  const { place, proxies } = standpoints
  const key = zoneKey(place)
  const drain = world.drains.get(key)
  return {
    ...place,
    proxies,
    endpoints,
    services,
    capacity: capacities.get(key) ?? null,
    weight,
    // Rows have a unit of their own: where some zone has one, those without ask for nothing.
    demand: world.demand.isEmpty() ? proxies : (world.demand.get(key)?.demand ?? 0),
    drained: drain
      ? { ...(drain.reason !== undefined && { reason: drain.reason }), revision: drain.since }
      : null,
    inZoneShare: inZoneShare === null ? null : roundedShare(inZoneShare),
  }
}

function overall(zones: readonly ZoneSummary[]): number | null {
  const asking = zones.flatMap(({ inZoneShare, demand }) =>
    inZoneShare === null ? [] : [{ inZoneShare, demand }],
  )
  if (asking.length === 0) return null
  const total = sum(asking.map(one => one.demand))
  const weightOf = (demand: number) => (total === 0 ? 1 / asking.length : demand / total)
  return roundedShare(sum(asking.map(one => one.inZoneShare * weightOf(one.demand))))
}
