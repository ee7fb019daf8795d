/** Names of resources come from identity, never from a rule's place: a reordered route renames nothing. */

/** Name of a service port's cluster and of its assignment: `default/backend/3000`. */
export function clusterName(namespace: string, service: string, port: number): string {
  return `${namespace}/${service}/${port}`
}

export interface ServicePortName {
  /** namespace/name */
  readonly service: string
  readonly port: number
}

/** What a cluster name stands for; undefined when it is none of ours. */
export function parseClusterName(name: string): ServicePortName | undefined {
  const match = /^([^/]+\/[^/]+)\/([1-9][0-9]{0,4})$/.exec(name)
  return match?.[1] === undefined ? undefined : { service: match[1], port: Number(match[2]) }
}

/**
 * The service and port that a gRPC client means by `xds:///` and this name: the cluster's name, or the service's as
 * programs in Kubernetes call it, `backend.default:3000`. Nothing that a server listens on looks like either.
 */
export function parseTarget(name: string): ServicePortName | undefined {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?:([1-9][0-9]{0,4})$/.exec(name)
  return match === null
    ? parseClusterName(name)
    : { service: `${match[2]}/${match[1]}`, port: Number(match[3]) }
}

/** Name of a listener of a gateway (`namespace/name`) and of its route configuration: `default/edge/http`. */
export function listenerName(gateway: string, listener: string): string {
  return `${gateway}/${listener}`
}
