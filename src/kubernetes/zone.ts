import { labelPlace, type NodeLocality, REGION, ZONE } from './node.ts'
import type { KubernetesObject } from './object-list.ts'
import { ConvertedList, originAt } from './origin.ts'

/** The zones that the nodes are in, sorted; of a zone that some node has a region of, only those with their region. */
export function zonesOf(localities: ReadonlyMap<string, NodeLocality>): {
  readonly zones: ConvertedList
  readonly regions: ZoneRegions
} {
  const regions = new Map<string, Map<string, KubernetesObject>>()
  for (const { zone, region, object } of localities.values()) {
    if (zone === '') continue
    const known = regions.get(zone) ?? new Map<string, KubernetesObject>()
    regions.set(zone, known)
    if (!known.has(region)) known.set(region, object)
  }
  const zones = new ConvertedList()
  for (const zone of [...regions.keys()].sort()) {
    const known = regions.get(zone) ?? new Map<string, KubernetesObject>()
    if (known.size > 1) known.delete('')
    for (const region of [...known.keys()].sort()) {
      const place = known.get(region)?.fields.pointer ?? ''
      zones.add({ zone, ...(region !== '' && { region }) }, originAt(place, ZONE_FIELDS))
    }
  }
  return { zones, regions }
}

const ZONE_FIELDS = { '': '/metadata/labels', '/zone': labelPlace(ZONE), '/region': labelPlace(REGION) }

export type ZoneRegions = ReadonlyMap<string, ReadonlyMap<string, unknown>>

/** The region of a zone as one node knows it, where the zone's name alone does not tell. */
export function regionOn(
  node: NodeLocality | undefined,
  zone: string,
  regions: ZoneRegions,
): string | undefined {
  if (node?.zone !== zone || node.region === '') return undefined
  return (regions.get(zone)?.size ?? 0) > 1 ? node.region : undefined
}
