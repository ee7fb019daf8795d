import type { MergedService } from './merged-service.ts'
import { FLEET, type Realm } from './realm.ts'

/** The services of one name: one for each realm in which somebody has a claim on it. Never empty. */
export class Namesakes {
  readonly services: readonly MergedService[]

  constructor(services: readonly MergedService[]) {
    this.services = services
  }

  in(realm: Realm): MergedService | undefined {
    return this.services.find(one => one.realm === realm)
  }

  /** What is seen in a realm: its own, or else the fleet's. */
  seenIn(realm: Realm): MergedService | undefined {
    return this.in(realm) ?? this.in(FLEET)
  }

  /** The one that a source has a claim on: a claim is in one realm at a time. */
  claimedBy(source: string): MergedService | undefined {
    return this.services.find(one => one.claims.some(claim => claim.source === source))
  }
}
