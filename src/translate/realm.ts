import { DEFAULT_GROUP } from '../model/control.ts'

/**
 * For whom the claims on a service are merged into one: the proxies and the routes of a fleet, which is all sources of
 * one group (`group/blue`; `fleet` is that of the default group), or of one source (`source/east`) where the service's
 * `scope` keeps it there.
 */
export type Realm = typeof FLEET | `group/${string}` | `source/${string}`

export const FLEET = 'fleet'

/** Of the sources whose settings say this group. */
export function fleetRealm(group: string | undefined = DEFAULT_GROUP): Realm {
  return group === DEFAULT_GROUP ? FLEET : `group/${group}`
}

export function sourceRealm(source: string): Realm {
  return `source/${source}`
}

/** The source that alone is in the realm; undefined of a fleet. */
export function keeperOf(realm: Realm): string | undefined {
  return realm.startsWith('source/') ? realm.slice('source/'.length) : undefined
}

/** The group whose fleet the realm is; undefined of that of one source. */
export function groupOf(realm: Realm): string | undefined {
  if (realm === FLEET) return DEFAULT_GROUP
  return realm.startsWith('group/') ? realm.slice('group/'.length) : undefined
}

/**
 * Whether routes of a source may lead to the services of the realm. Those of a fleet are open to every route that the
 * gateway of its proxies takes, of whatever group.
 */
export function takesRoutesOf(realm: Realm, source: string): boolean {
  const keeper = keeperOf(realm)
  return keeper === undefined || keeper === source
}
