import { type Place, placeName, zoneKey } from '../../locality/place.ts'
import type { Problem } from '../../model/problem.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { Simulation } from '../../model/simulation.ts'
import type { World } from '../../translate/world.ts'
import type { KnownZones } from '../known-zones.ts'

/** How much zones ask, as they are to each other. */
export class ZoneDemand {
  /** What a zone asks that is not listed: 0 where proxies are connected, else as much as any other. */
  readonly others: 0 | 1
  readonly #zones: ReadonlyMap<string, { readonly place: Place; readonly amount: number }>

  constructor(zones: Iterable<readonly [Place, number]>, others: 0 | 1) {
    this.others = others
    this.#zones = new Map([...zones].map(([place, amount]) => [zoneKey(place), { place, amount }]))
  }

  /** The zones that are listed. */
  get places(): Place[] {
    return [...this.#zones.values()].map(({ place }) => place)
  }

  of(place: Place): number {
    return this.#zones.get(zoneKey(place))?.amount ?? this.others
  }

  /** The same demand, but for what a simulation says of some zones. */
  with(changes: Iterable<readonly [Place, number]>): ZoneDemand {
    const standing = [...this.#zones.values()].map(({ place, amount }) => [place, amount] as const)
    return new ZoneDemand([...standing, ...changes], this.others)
  }

  /** By name of the zone. */
  listed(): Record<string, number> {
    return Object.fromEntries(
      [...this.#zones.values()].map(({ place, amount }) => [placeName(place), amount]),
    )
  }
}

/** One for each connected proxy whose zone is known; where there is none, every zone asks equally. */
export function connectedDemand(proxies: readonly ProxyStatus[], world: World): ZoneDemand {
  const counts = new Map<string, { place: Place; amount: number }>()
  for (const { viewpoint } of proxies) {
    const { region, zone } = world.locate(viewpoint)
    if (zone === '') continue
    const place = { region, zone }
    const amount = (counts.get(zoneKey(place))?.amount ?? 0) + 1
    counts.set(zoneKey(place), { place, amount })
  }
  const zones = [...counts.values()].map(({ place, amount }) => [place, amount] as const)
  return new ZoneDemand(zones, zones.length > 0 ? 0 : 1)
}

/** The demand that a simulation asks for. */
export function changedDemand(
  before: ZoneDemand,
  { demand = {} }: Simulation,
  known: KnownZones,
): { readonly demand: ZoneDemand; readonly problems: readonly Problem[] } {
  const problems = Object.keys(demand).flatMap(zone => known.problems(zone, ['demand', zone]))
  const changed = before.with(
    Object.entries(demand).flatMap(([zone, amount]) => {
      const place = known.named(zone)
      return place ? [[place, amount] as const] : []
    }),
  )
  const isNone = changed.others === 0 && changed.places.every(place => changed.of(place) === 0)
  if (problems.length === 0 && isNone)
    return { demand: changed, problems: [{ pointer: '/demand', detail: 'must leave some zone that asks' }] }
  return { demand: changed, problems }
}
