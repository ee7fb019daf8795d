import type { Service } from '../model/topology.ts'
import { mayStandIn } from './claimed-zone.ts'
import type { ServiceClaim } from './parsed-claim.ts'
import { fleetRealm, type Realm, sourceRealm } from './realm.ts'

/** What the text of a claim says, as far as the services of a draft must know it before anybody looks at them. */

export type IsConcerned = (claim: ServiceClaim) => boolean

export function isOf(sources: ReadonlySet<string>): IsConcerned {
  return ({ source }) => sources.has(source)
}

/** In zones of these names, in whatever region. */
export function hasEndpointsIn(zones: ReadonlySet<string>): IsConcerned {
  return claim => [...zones].some(zone => mayStandIn(claim, zone))
}

/** A service that declares no ports has those of its endpoints. */
export function declaresPorts({ service }: ServiceClaim): boolean {
  return service !== undefined && (JSON.parse(service.body) as Service).ports !== undefined
}

/** A cookie's attribute may look like this too: then its service is looked at without need. */
export function isTopologyAware({ service }: ServiceClaim): boolean {
  return service?.body.includes('"topologyMode":"Auto"') === true
}

/**
 * `group`: of the claim's source. Endpoints alone say nothing of a scope. A text that has one is parsed: a cookie's
 * attribute may look like it.
 */
export function realmOfClaim({ source, service }: ServiceClaim, group: string | undefined): Realm {
  if (service?.body.includes('"scope":"source"') !== true) return fleetRealm(group)
  return (JSON.parse(service.body) as Service).scope === 'source' ? sourceRealm(source) : fleetRealm(group)
}
