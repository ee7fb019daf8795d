import { type Place, placeName } from '../../locality/place.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import type { World } from '../../translate/world.ts'
import { inTurns } from '../in-turns.ts'
import { type Refusal, type RefusalReason, refuse } from '../refusal.ts'

/** A zone as a question names it; the region may be left out where one alone has a zone of that name. */
export interface NamedZone {
  readonly zone: string
  readonly region?: string | undefined
}

/** The zone that somebody names, of those that a source declares, that are drained, or where an endpoint or proxy stands. */
export async function findZone(
  { world, proxies }: { readonly world: World; readonly proxies: readonly ProxyStatus[] },
  { zone, region }: NamedZone,
  ambiguous: RefusalReason,
): Promise<Place | Refusal> {
  const regions = await regionsOf(world, proxies, zone)
  if (region !== undefined && regions.has(region)) return { region, zone }
  const known = [...regions].sort()
  const [first] = known
  if (first === undefined || region !== undefined) {
    const others = known.map(one => placeName({ region: one, zone })).join(' and ')
    return refuse('unknown', unknownZone(placeName({ region: region ?? '', zone }), others))
  }
  // A zone without a region is meant before all others: there is no other way to name it.
  if (known.length === 1 || first === '') return { region: first, zone }
  return refuse(ambiguous, `there are several zones ${zone}`, [
    { pointer: '/region', detail: `zone ${zone} is in several regions: say ${known.join(' or ')}` },
  ])
}

function unknownZone(name: string, others: string): string {
  const what = `there is no zone ${name}: no source declares it, and no endpoint or proxy stands there`
  return others === '' ? what : `${what}; there is ${others}`
}

async function regionsOf(
  world: World,
  proxies: readonly ProxyStatus[],
  zone: string,
): Promise<ReadonlySet<string>> {
  const places: NamedZone[] = [
    ...[...world.zones.values()].map(one => one.zone),
    ...world.drains.values(),
    ...proxies.map(({ viewpoint }) => world.locate(viewpoint)),
  ]
  const regions = new Set(places.filter(one => one.zone === zone).map(one => one.region ?? ''))
  await inTurns(world.services.values(), service => {
    if (!service.mayStandIn(zone)) return
    for (const candidate of candidatesOf(service)) if (candidate.zone === zone) regions.add(candidate.region)
  })
  return regions
}

function candidatesOf(service: MergedService) {
  return service.ports.flatMap(({ port }) => service.decision(port)?.candidates ?? [])
}
