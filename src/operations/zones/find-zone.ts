import { type Place, placeName } from '../../locality/place.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import { mayStandIn } from '../../translate/claimed-zone.ts'
import type { World } from '../../translate/world.ts'
import { inTurns } from '../in-turns.ts'
import { KnownZones } from '../known-zones.ts'
import { type Refusal, type RefusalReason, refuse } from '../refusal.ts'

/** A zone as a question names it; the region may be left out where one alone has a zone of that name. */
export interface NamedZone {
  readonly zone: string
  readonly region?: string | undefined
}

/** The zone that somebody names, of those that a source declares, that are drained, or where an endpoint or proxy stands. */
export async function findZone(
  world: World,
  proxies: readonly ProxyStatus[],
  { zone, region }: NamedZone,
  ambiguous: RefusalReason,
): Promise<Place | Refusal> {
  const known = await zonesOfName(world, proxies, zone)
  const place = known.named(region === undefined ? zone : `${region}/${zone}`)
  if (place !== undefined) return place
  const regions = known.regionsOf(zone)
  if (region === undefined && regions.length > 1) {
    return refuse(ambiguous, `there are several zones ${zone}`, [
      { pointer: '/region', detail: `zone ${zone} is in several regions: say ${regions.join(' or ')}` },
    ])
  }
  const name = placeName({ region: region ?? '', zone })
  const others = regions.map(one => placeName({ region: one, zone })).join(' and ')
  const what = `there is no zone ${name}: no source declares it, and no endpoint or proxy stands there`
  return refuse('unknown', others === '' ? what : `${what}; there is ${others}`)
}

async function zonesOfName(world: World, proxies: readonly ProxyStatus[], name: string): Promise<KnownZones> {
  const zones = new KnownZones()
  for (const { zone } of world.zones.values()) zones.add(zone)
  for (const drain of world.drains.values()) zones.add(drain)
  for (const { viewpoint } of proxies) zones.add(world.locate(viewpoint))
  await inTurns(world.allServices(), service => {
    if (service.claims.some(claim => mayStandIn(claim, name))) zones.addService(service)
  })
  return zones
}
