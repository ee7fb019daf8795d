/** A zone in its region; '' is unknown. */
export interface Place {
  readonly region: string
  readonly zone: string
}

/** By region and zone. Proxies say any: when there are many, all of them are made anew. */
const keys = new Map<string, Map<string, string>>()
let keysKept = 0
const KEYS_KEPT = 10_000

/**
 * Zones are equal only when their regions are equal too. The text of a zone is one string for all who ask, and every
 * endpoint of every service does: it need not be put together, and maps know where to look for it.
 */
export function zoneKey({ region, zone }: Place): string {
  const known = keys.get(region)?.get(zone)
  if (known !== undefined) return known
  if (keysKept >= KEYS_KEPT) {
    keys.clear()
    keysKept = 0
  }
  const ofRegion = keys.get(region) ?? new Map<string, string>()
  const key = `${region}/${zone}`
  keys.set(region, ofRegion.set(zone, key))
  keysKept += 1
  return key
}

/** For people. */
export function placeName(place: Place): string {
  return place.region === '' ? place.zone : zoneKey(place)
}

/** For people, of endpoints that may stand in no zone that is known. */
export function zoneName(place: Place): string {
  if (place.zone !== '') return `zone ${placeName(place)}`
  return place.region === '' ? 'an unknown zone' : `an unknown zone of ${place.region}`
}

/**
 * A node as hints name it. Names are unique in one cluster only: over several sources a node is the one of that name in
 * the zone, for a proxy's node is in its zone. With one source the name alone counts, as in kube-proxy.
 */
export function nodeKey(node: string, place: Place, isOneOfSeveral: boolean): string {
  return isOneOfSeveral ? `${zoneKey(place)}/${node}` : node
}

/** The name alone: none has a "/" in it. */
export function nodeName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
