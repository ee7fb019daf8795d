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
