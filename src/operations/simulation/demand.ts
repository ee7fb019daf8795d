import type { PlacedDemand } from '../../locality/balance.ts'
import { type Place, placeName, zoneKey } from '../../locality/place.ts'
import type { Problem } from '../../model/problem.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { Simulation } from '../../model/simulation.ts'
import { placedDemand } from '../../translate/surroundings.ts'
import type { World } from '../../translate/world.ts'
import { BalancedServices } from '../balanced-services.ts'
import type { KnownZones } from '../known-zones.ts'

/**
 * Where the demand before the changes comes from: the rows that stand, which balanced services read; the proxies that
 * are connected; or from nobody: then all zones ask equally. Of what was, requests have been counted (`measured`).
 */
export type DemandOrigin = 'rows' | 'proxies' | 'equal' | 'measured'

/** How much zones ask, as they are to each other. */
export class ZoneDemand {
  readonly from: DemandOrigin
  readonly #zones: ReadonlyMap<string, { readonly place: Place; readonly amount: number }>

  constructor(zones: Iterable<readonly [Place, number]>, from: DemandOrigin) {
    this.from = from
    this.#zones = new Map([...zones].map(([place, amount]) => [zoneKey(place), { place, amount }]))
  }

  /** What a zone asks that is not listed. */
  get others(): 0 | 1 {
    return this.from === 'equal' ? 1 : 0
  }

  /** The zones that are listed. */
  get places(): Place[] {
    return [...this.#zones.values()].map(({ place }) => place)
  }

  of(place: Place): number {
    return this.#zones.get(zoneKey(place))?.amount ?? this.others
  }

  /** What the listed zones ask, in the words of rows. */
  placed(): PlacedDemand[] {
    return [...this.#zones.values()].map(({ place, amount }) => ({ ...place, demand: amount }))
  }

  /** The same demand, but for what a simulation says of some zones. */
  with(changes: Iterable<readonly [Place, number]>): ZoneDemand {
    const standing = [...this.#zones.values()].map(({ place, amount }) => [place, amount] as const)
    return new ZoneDemand([...standing, ...changes], this.from)
  }

  /** By name of the zone. */
  listed(): Record<string, number> {
    return Object.fromEntries(
      [...this.#zones.values()].map(({ place, amount }) => [placeName(place), amount]),
    )
  }
}

export function standingDemand(world: World, proxies: readonly ProxyStatus[]): ZoneDemand {
  const rows = placedDemand(world).map(({ demand, ...place }) => [place, demand] as const)
  if (rows.length > 0) return new ZoneDemand(rows, 'rows')
  const connected = connectedZones(world, proxies)
  return new ZoneDemand(connected, connected.length > 0 ? 'proxies' : 'equal')
}

/** One for each connected proxy whose zone is known. */
function connectedZones(world: World, proxies: readonly ProxyStatus[]): (readonly [Place, number])[] {
  const counts = new Map<string, { place: Place; amount: number }>()
  for (const { viewpoint } of proxies) {
    const { region, zone } = world.locate(viewpoint)
    if (zone === '') continue
    const place = { region, zone }
    const amount = (counts.get(zoneKey(place))?.amount ?? 0) + 1
    counts.set(zoneKey(place), { place, amount })
  }
  return [...counts.values()].map(({ place, amount }) => [place, amount] as const)
}

/** The demand that a simulation asks for: of every zone that is known, once it says something of one. */
export function changedDemand(
  before: ZoneDemand,
  { demand = {} }: Simulation,
  known: KnownZones,
): { readonly demand: ZoneDemand; readonly problems: readonly Problem[] } {
  const named = Object.entries(demand)
  if (named.length === 0) return { demand: before, problems: [] }
  const problems = named.flatMap(([zone]) => known.problems(zone, ['demand', zone]))
  const standing = known.places().map(place => [place, before.of(place)] as const)
  const said = named.flatMap(([zone, amount]) => {
    const place = known.named(zone)
    return place ? [[place, amount] as const] : []
  })
  const changed = before.with([...(before.others > 0 ? standing : []), ...said])
  if (problems.length === 0 && changed.places.every(place => changed.of(place) === 0))
    return { demand: changed, problems: [{ pointer: '/demand', detail: 'must leave some zone that asks' }] }
  return { demand: changed, problems }
}

/**
 * The rows that the server would write for the demand of a simulation; undefined: those that stand, or none, are left
 * as they are. Without being told it counts its proxies, and writes what some balanced service would notice.
 */
export async function rowsToWrite(
  changed: World,
  demand: ZoneDemand,
  isSaid: boolean,
): Promise<readonly PlacedDemand[] | undefined> {
  if (changed.balanced.size === 0) return undefined
  const rows = demand.placed()
  if (isSaid) return rows
  if (demand.from !== 'proxies') return undefined
  return (await new BalancedServices().wouldNotice(changed, [], rows)) ? rows : undefined
}
