import type { Assignment } from '../locality/assignment.ts'
import { distinctHosts } from '../locality/distinct-hosts.ts'
import { hostsOf } from '../locality/hosts.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import { hasCluster } from './cluster.ts'
import { grpcCluster } from './grpc-cluster.ts'
import { apiListener, serverListener } from './grpc-listener.ts'
import type { MergedService } from './merged-service.ts'
import { assignmentResource, jsonResource, type Resource } from './resource.ts'

/** What gRPC clients are sent of services, in place of what Envoys are. */

/** By which they find the cluster of the same name; undefined where the service's port has none. */
export function apiListenerResource(
  service: MergedService,
  name: string,
  port: number,
): Resource | undefined {
  if (!speaksPlainly(service, port)) return undefined
  return jsonResource(TYPE_URLS.listener, name, apiListener(name, name, service.settings.loadBalancer), [])
}

/** Of a cluster that is not there: its calls fail at once, where a client without a listener waits for 15 s. */
export function missingListenerResource(name: string): Resource {
  return jsonResource(TYPE_URLS.listener, name, apiListener(name, undefined), [])
}

/** undefined for a name that is none of a gRPC server's listener. */
export function serverListenerResource(name: string): Resource | undefined {
  const listener = serverListener(name)
  return listener && jsonResource(TYPE_URLS.listener, name, listener, [])
}

export function grpcClusterResource(
  service: MergedService,
  name: string,
  port: number,
): Resource | undefined {
  if (!speaksPlainly(service, port)) return undefined
  return jsonResource(TYPE_URLS.cluster, name, grpcCluster(name, service.settings), [name])
}

export function grpcAssignmentResource(name: string, assignment: Assignment): Resource {
  return assignmentResource(name, assignment, distinctHosts(hostsOf(assignment)))
}

function speaksPlainly(service: MergedService, port: number): boolean {
  const declared = service.port(port)
  return declared !== undefined && hasCluster(declared)
}
