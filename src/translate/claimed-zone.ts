import type { ServiceClaim } from './parsed-claim.ts'

/** Whether a claim has endpoints in a zone of this name, in whatever region, as far as the text shows: nothing is parsed. */
export function mayStandIn({ endpoints }: ServiceClaim, zone: string): boolean {
  return endpoints?.body.includes(`"zone":${JSON.stringify(zone)}`) === true
}
