import type { Lineup, Placed } from '../locality/assignment.ts'
import { type Host, hostsOf } from '../locality/hosts.ts'
import { encodeDiscoveryResource, versionOf } from '../proto/discovery-resource.ts'
import { decode, encode } from '../proto/message.ts'
import { messageNameOf, TYPE_URLS } from '../proto/type-urls.ts'
import { cluster, hasCluster, speaksHttp2 } from './cluster.ts'
import { clusterLoadAssignment } from './cluster-load-assignment.ts'
import { type ConfigSource, FROM_ADS } from './config-source.ts'
import type { MergedService } from './merged-service.ts'
import { routeConfiguration, type VirtualHosts } from './route-configuration.ts'

/** One named xDS message. Its bytes are made once and shared by every stream that is sent it. */
export interface Resource {
  readonly name: string
  readonly typeUrl: string
  /** Hash of the message: equal content has the equal version on every replica and after every restart. */
  readonly version: string
  /**
   * A whole `envoy.service.discovery.v3.Resource` (name, version, Any of the message), ready to be put into a response.
   */
  readonly encoded: Uint8Array
  /**
   * Names of the resources that the client needs before this one is of use: of a route configuration its
   * clusters, of a listener its route configurations, of a cluster its assignment.
   */
  readonly references: readonly string[]
  /** Of a listener: its address and port, which no other can have at the same time. */
  readonly place?: string | undefined
}

/** A resource of a message given as ProtoJSON; throws for what is not such a message, which is a bug of ours. */
export function jsonResource(
  typeUrl: string,
  name: string,
  json: object,
  references: readonly string[],
): Resource {
  return resource(typeUrl, name, encode(messageNameOf(typeUrl), json), references)
}

/**
 * The cluster of a service's port; undefined when the service has no such port, or one that has none. `weighsZones`: for
 * proxies from whose zone the service weighs zones (`weighsZonesFrom`).
 */
export function clusterResource(
  service: MergedService,
  name: string,
  port: number,
  weighsZones = false,
  endpointsFrom: ConfigSource = FROM_ADS,
): Resource | undefined {
  const declared = service.port(port)
  if (declared === undefined || !hasCluster(declared)) return undefined
  const { settings } = service
  const isChecked = settings.healthCheck?.active?.type === 'GRPC'
  const isHttp2 = speaksHttp2(declared, service.grpcPorts.has(port) || isChecked)
  const hostname = `${service.name}.${service.namespace}`
  const message = cluster(name, { hostname, settings, isHttp2, weighsZones, endpointsFrom })
  return resource(TYPE_URLS.cluster, name, message, [name])
}

/** The route configuration of one listener. */
export function routeConfigurationResource(name: string, hosts: VirtualHosts): Resource {
  return resource(TYPE_URLS.routes, name, routeConfiguration(name, hosts), hosts.clusters)
}

/** The message of a resource as ProtoJSON, with its type as `@type`. */
export function resourceMessage(encoded: Uint8Array): unknown {
  return decode('envoy.service.discovery.v3.Resource', encoded).resource
}

/** `hosts`: those of the lineup that are sent; default all. */
export function assignmentResource(
  name: string,
  lineup: Lineup,
  hosts: readonly Host<Placed>[] = hostsOf(lineup),
): Resource {
  return resource(TYPE_URLS.endpoints, name, clusterLoadAssignment(name, lineup, hosts), NO_REFERENCES)
}

const NO_REFERENCES: readonly string[] = []

function resource(typeUrl: string, name: string, body: Uint8Array, references: readonly string[]): Resource {
  const version = versionOf(body)
  return {
    name,
    typeUrl,
    version,
    encoded: encodeDiscoveryResource(name, version, typeUrl, body),
    references,
  }
}
