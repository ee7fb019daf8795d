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
