/** A zone in its region; '' is unknown. */
export interface Place {
  readonly region: string
  readonly zone: string
}

/** Zones are equal only when their regions are equal too. */
export function zoneKey({ region, zone }: Place): string {
  return `${region}/${zone}`
}

/** For people. */
export function placeName({ region, zone }: Place): string {
  return region === '' ? zone : `${region}/${zone}`
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
