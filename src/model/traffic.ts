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
