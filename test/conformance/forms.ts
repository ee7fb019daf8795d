/** The resource types, their numbers and paths as the protocol's files have them: nothing here is the server's. */

const PREFIX = 'type.googleapis.com/envoy.config.'
export const CDS = `${PREFIX}cluster.v3.Cluster`
export const EDS = `${PREFIX}endpoint.v3.ClusterLoadAssignment`
export const LDS = `${PREFIX}listener.v3.Listener`
export const RDS = `${PREFIX}route.v3.RouteConfiguration`

/** One way in which a client may speak to a management server. */
export interface Form {
  readonly title: string
  readonly isDelta: boolean
  /** One stream for all types. */
  readonly isAggregated: boolean
}

export const DELTA_ADS: Form = { title: 'delta ADS', isDelta: true, isAggregated: true }
const DELTA_TYPES: Form = { title: 'delta per type', isDelta: true, isAggregated: false }
const STATE_ADS: Form = { title: 'state of the world ADS', isDelta: false, isAggregated: true }
const STATE_TYPES: Form = { title: 'state of the world per type', isDelta: false, isAggregated: false }

export const DELTA: readonly Form[] = [DELTA_ADS, DELTA_TYPES]
export const STATE: readonly Form[] = [STATE_ADS, STATE_TYPES]
export const FORMS: readonly Form[] = [...DELTA, ...STATE]
export const AGGREGATED: readonly Form[] = [DELTA_ADS, STATE_ADS]

const SERVICES: Readonly<Record<string, readonly [service: string, types: string]>> = {
  [CDS]: ['envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters'],
  [EDS]: ['envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints'],
  [LDS]: ['envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners'],
  [RDS]: ['envoy.service.route.v3.RouteDiscoveryService', 'Routes'],
}

/** The path of the call that carries a type. */
export function pathOf({ isDelta, isAggregated }: Form, typeUrl: string): string {
  const verb = isDelta ? 'Delta' : 'Stream'
  if (isAggregated) return `/envoy.service.discovery.v3.AggregatedDiscoveryService/${verb}AggregatedResources`
  const [service, types] = SERVICES[typeUrl] ?? [typeUrl, 'Unknown']
  return `/${service}/${verb}${types}`
}
