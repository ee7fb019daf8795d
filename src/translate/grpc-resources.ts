import type { Lineup } from '../locality/assignment.ts'
import { distinctHosts } from '../locality/distinct-hosts.ts'
import { hostsOf } from '../locality/hosts.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { hasCluster } from './cluster.ts'
import { grpcCluster } from './grpc-cluster.ts'
import { apiListener, serverListener } from './grpc-listener.ts'
import { grpcRoutes, noRoutes } from './grpc-routes.ts'
import type { MergedService } from './merged-service.ts'
import { clusterName } from './names.ts'
import { assignmentResource, jsonResource, type Resource } from './resource.ts'

/** What gRPC clients are sent, in place of what Envoys are. */

/** Of a target, whether or not its service is there. */
export function apiListenerResource(name: string): Resource {
  return jsonResource(TYPE_URLS.listener, name, apiListener(name), [name])
}

/** undefined for a name that is none of a gRPC server's listener. */
export function serverListenerResource(name: string): Resource | undefined {
  const listener = serverListener(name)
  return listener && jsonResource(TYPE_URLS.listener, name, listener, [])
}

/** Of a target of this name to the cluster of a service's port; undefined where that has none. */
export function grpcRoutesResource(service: MergedService, name: string, port: number): Resource | undefined {
  if (!speaksPlainly(service, port)) return undefined
  const cluster = clusterName(service.namespace, service.name, port)
  return jsonResource(TYPE_URLS.routes, name, grpcRoutes(name, cluster, service.settings.loadBalancer), [
    cluster,
  ])
}

/** Of a target whose service, or port, is not there. */
export function noRoutesResource(name: string): Resource {
  return jsonResource(TYPE_URLS.routes, name, noRoutes(name), [])
}

export function grpcClusterResource(
  service: MergedService,
  name: string,
  port: number,
): Resource | undefined {
  if (!speaksPlainly(service, port)) return undefined
  return jsonResource(TYPE_URLS.cluster, name, grpcCluster(name, service.settings), [name])
}

export function grpcAssignmentResource(name: string, lineup: Lineup): Resource {
  return assignmentResource(name, lineup, distinctHosts(hostsOf(lineup)))
}

function speaksPlainly(service: MergedService, port: number): boolean {
  const declared = service.port(port)
  return declared !== undefined && hasCluster(declared)
}
