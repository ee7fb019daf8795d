/** What people call the types of resources that proxies are sent, and the type URL of each; in the order in which they are sent. */
export const RESOURCE_TYPES = {
  cds: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  eds: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  lds: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  rds: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
} as const

export type ResourceType = keyof typeof RESOURCE_TYPES

export const RESOURCE_TYPE_NAMES = Object.keys(RESOURCE_TYPES) as [ResourceType, ...ResourceType[]]

/** `cds` of its type URL; a type that is none of these keeps its URL. */
export function resourceTypeName(typeUrl: string): string {
  return RESOURCE_TYPE_NAMES.find(name => RESOURCE_TYPES[name] === typeUrl) ?? typeUrl
}
