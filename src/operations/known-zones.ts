import { type Place, placeName, zoneKey } from '../locality/place.ts'
import { namedZone } from '../locality/zone-reference.ts'
import { compare } from '../model/order.ts'
import { type Path, type Problem, problemAt } from '../model/problem.ts'
import type { MergedService } from '../translate/merged-service.ts'

/** The zones that a question may name: where somebody stands, or that a source declares. */
export class KnownZones {
  readonly #regions = new Map<string, Set<string>>()

  add({ region = '', zone }: { readonly zone: string; readonly region?: string | undefined }): void {
    if (zone === '') return
    const regions = this.#regions.get(zone) ?? new Set()
    this.#regions.set(zone, regions.add(region))
  }

  /** The zones where its endpoints stand. */
  addService(service: MergedService): void {
    for (const { port } of service.ports) {
      for (const candidate of service.decision(port)?.candidates ?? []) this.add(candidate)
    }
  }

  /** The zone that "region/zone" or "zone" names; undefined where there is none, or it may be one of several. */
  named(reference: string): Place | undefined {
    const place = namedZone(reference, zone => this.regionsOf(zone))
    return place && this.#regions.get(place.zone)?.has(place.region) ? place : undefined
  }

  /** What is wrong with a reference that names no zone. */
  problems(reference: string, path: Path): Problem[] {
    if (this.named(reference) !== undefined) return []
    const zone = reference.slice(reference.indexOf('/') + 1)
    const names = this.regionsOf(zone).map(region => placeName({ region, zone }))
    const isOpen = names.length > 1 && zone === reference
    const detail = isOpen
      ? `is a zone of several regions: say which of ${names.join(', ')}`
      : `is a zone that no source declares, and where no endpoint or proxy stands${hint(names)}`
    return [problemAt(path, detail)]
  }

  /** Of all of them: each once. */
  places(): Place[] {
    return [...this.#regions].flatMap(([zone, regions]) => [...regions].map(region => ({ region, zone })))
  }

  /** Sorted. */
  regionsOf(zone: string): string[] {
    return [...(this.#regions.get(zone) ?? [])].sort()
  }
}

function hint(names: readonly string[]): string {
  return names.length > 0 ? `; there is ${names.join(', ')}` : ''
}

/** Places by `zoneKey`, each once and in the order of their names. */
export function distinctPlaces(places: Iterable<Place>): Place[] {
  const byKey = new Map<string, Place>()
  for (const { region, zone } of places) {
    if (zone !== '') byKey.set(zoneKey({ region, zone }), { region, zone })
  }
  return [...byKey].sort(([a], [b]) => compare(a, b)).map(([, place]) => place)
}
