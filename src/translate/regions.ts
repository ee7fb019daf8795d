import type { Zone } from '../model/topology.ts'

/**
 * Fills in a region that somebody left out, from the zones that sources declare: first those of the own source, then
 * those of all, and only where one region has a zone of that name.
 */
export class Regions {
  readonly #bySource = new Map<string, Map<string, Set<string>>>()
  readonly #all = new Map<string, Set<string>>()

  constructor(zones: Iterable<{ readonly source: string; readonly zone: Zone }>) {
    for (const { source, zone } of zones) {
      const own = this.#bySource.get(source) ?? new Map<string, Set<string>>()
      this.#bySource.set(source, own)
      addRegion(own, zone)
      addRegion(this.#all, zone)
    }
  }

  /** The region of an endpoint's zone; '' when none is known or several are. */
  ofEndpoint(source: string, zone: string): string {
    return only(this.#bySource.get(source)?.get(zone)) ?? only(this.#all.get(zone)) ?? ''
  }

  /** The regions in which a source may mean a zone of this name, sorted: its own, else those of all. */
  possible(source: string, zone: string): readonly string[] {
    return [...(this.#bySource.get(source)?.get(zone) ?? this.#all.get(zone) ?? [])].sort()
  }

  /** The region of a proxy's zone; '' when none is known or several are. */
  ofProxy(zone: string): string {
    return only(this.#all.get(zone)) ?? ''
  }
}

function addRegion(regions: Map<string, Set<string>>, { zone, region = '' }: Zone): void {
  const known = regions.get(zone)
  if (known === undefined) regions.set(zone, new Set([region]))
  else known.add(region)
}

function only(regions: ReadonlySet<string> | undefined): string | undefined {
  if (regions === undefined || regions.size !== 1) return undefined
  return regions.values().next().value
}
