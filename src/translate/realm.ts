/**
 * For whom the claims on a service are merged into one: the proxies and the routes of the whole fleet, or of one
 * source (`source/east`) where the service's `scope` keeps it there.
 */
export type Realm = typeof FLEET | `source/${string}`

export const FLEET = 'fleet'

export function sourceRealm(source: string): Realm {
  return `source/${source}`
}

/** The source that alone is in the realm; undefined of the fleet. */
export function keeperOf(realm: Realm): string | undefined {
  return realm === FLEET ? undefined : realm.slice(sourceRealm('').length)
}

/** Whether proxies and routes of a source are in the realm. */
export function includes(realm: Realm, source: string): boolean {
  return realm === FLEET || realm === sourceRealm(source)
}
