import type { MergedService } from './merged-service.ts'
import { groupOf, keeperOf, type Realm } from './realm.ts'

/** The services of one name: one for each realm in which somebody has a claim on it. Never empty. */
export class Namesakes {
  readonly services: readonly MergedService[]

  constructor(services: readonly MergedService[]) {
    // A copy has no room for more: there is one for each name.
    this.services = services.slice()
  }

  in(realm: Realm): MergedService | undefined {
    return this.services.find(one => one.realm === realm)
  }

  /** What is seen in a realm: its own, or else that of the fleet behind it. */
  seenIn(realm: Realm, fleet: Realm): MergedService | undefined {
    return this.in(realm) ?? this.in(fleet)
  }

  /** The one that a source has a claim on: a claim is in one realm at a time. */
  claimedBy(source: string): MergedService | undefined {
    return this.services.find(one => one.claims.some(claim => claim.source === source))
  }

  /** To whom, for people who are none of them: "by its scope to source east, and to group blue". */
  get keptTo(): string {
    const sources = this.services.flatMap(({ realm }) => keeperOf(realm) ?? [])
    const groups = this.services.flatMap(({ realm }) => groupOf(realm) ?? [])
    const parts = [
      ...(sources.length > 0 ? [`by its scope to ${named('source', sources)}`] : []),
      ...(groups.length > 0 ? [`to ${named('group', groups)}`] : []),
    ]
    return parts.join(', and ')
  }
}

function named(what: string, names: readonly string[]): string {
  return `${what}${names.length === 1 ? '' : 's'} ${[...names].sort().join(', ')}`
}
