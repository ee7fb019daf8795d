import { isIP } from 'node:net'
import { CONTROL_PLANE_CLUSTER } from '../../model/rest-polling.ts'

/** In bytes of a cluster's name: a host name is what it may be. */
const MAX_NAME = 253

export function isClusterName(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= MAX_NAME
}

/**
 * What a client's bootstrap calls the cluster that it asks: as its metadata says (`xdsCluster`), else the authority of
 * its request, which Envoy takes from the cluster's name (`AsyncClientImpl`, `RestApiFetcher`), else what `vicinity
 * bootstrap` calls it. HOST:PORT and addresses are what proxies in between, and other clients, make of it.
 */
export function controlPlaneCluster(xdsCluster: unknown, authority: string): string {
  if (isClusterName(xdsCluster)) return xdsCluster
  const isNamed = isClusterName(authority) && !authority.includes(':') && isIP(authority) === 0
  return isNamed ? authority : CONTROL_PLANE_CLUSTER
}
