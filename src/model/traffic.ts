/** Requests of one minute from the proxies of one zone to the endpoints of one: never both counts 0. */
export interface TrafficCell {
  /** When the minute began, in milliseconds since the epoch. */
  readonly minute: number
  /** `namespace/name` */
  readonly service: string
  /** Where the proxies stand: `region/zone`, or `zone` where no region is known. */
  readonly from: string
  /** Where the endpoints stand. */
  readonly to: string
  readonly requests: number
  readonly errors: number
}

/** In place of a service: of a cell that stands for what was too much to be told apart. No service is called so. */
export const OTHER_SERVICES = 'other'

/** In place of a zone that is not told apart, or whose name is none. No zone is called so. */
export const OTHER_ZONES = '*'

/** Whether a zone of a cell is one: of what comes from none nobody can say whether it stays. */
export function isKnownZone(zone: string): boolean {
  return zone !== '' && zone !== OTHER_ZONES
}
