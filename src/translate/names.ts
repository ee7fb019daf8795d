/** Names of resources come from identity, never from a rule's place: a reordered route renames nothing. */

/** Name of a service port's cluster and of its assignment: `default/backend/3000`. */
export function clusterName(namespace: string, service: string, port: number): string {
  return `${namespace}/${service}/${port}`
}

/** The service (`namespace/name`) and port that a cluster name stands for; undefined when it is none of ours. */
export function parseClusterName(name: string): { service: string; port: number } | undefined {
  const match = /^([^/]+\/[^/]+)\/([1-9][0-9]{0,4})$/.exec(name)
  return match?.[1] === undefined ? undefined : { service: match[1], port: Number(match[2]) }
}

/** Name of a listener of a gateway (`namespace/name`) and of its route configuration: `default/edge/http`. */
export function listenerName(gateway: string, listener: string): string {
  return `${gateway}/${listener}`
}
