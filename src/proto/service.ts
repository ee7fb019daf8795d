import type { MethodDefinition } from '@grpc/grpc-js'
import { TYPE_URLS } from './type-urls.ts'

export type RawStream = MethodDefinition<Buffer, Buffer>

/**
 * Both ways of every method carry raw bytes: requests are decoded only after the caller was authenticated, and
 * responses are put together from prepared bytes.
 */
function rawStream(path: string): RawStream {
  const pass = (bytes: Buffer) => bytes
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  }
}

/** The streams of one discovery service, by form; what the server gives no handler is UNIMPLEMENTED. */
interface DiscoveryService {
  /** Of the only type that it is about; absent: aggregated. */
  readonly typeUrl?: string
  readonly delta: RawStream
  readonly sotw: RawStream
}

function perType(typeUrl: string, service: string, plural: string): DiscoveryService {
  const path = `/envoy.service.${service}/`
  return { typeUrl, delta: rawStream(`${path}Delta${plural}`), sotw: rawStream(`${path}Stream${plural}`) }
}

const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService/'

export const aggregatedDiscoveryService: DiscoveryService = {
  delta: rawStream(`${ADS}DeltaAggregatedResources`),
  sotw: rawStream(`${ADS}StreamAggregatedResources`),
}

/** All services that Envoys discover resources by. */
export const DISCOVERY_SERVICES: readonly DiscoveryService[] = [
  aggregatedDiscoveryService,
  perType(TYPE_URLS.cluster, 'cluster.v3.ClusterDiscoveryService', 'Clusters'),
  perType(TYPE_URLS.endpoints, 'endpoint.v3.EndpointDiscoveryService', 'Endpoints'),
  perType(TYPE_URLS.listener, 'listener.v3.ListenerDiscoveryService', 'Listeners'),
  perType(TYPE_URLS.routes, 'route.v3.RouteDiscoveryService', 'Routes'),
]

/** Envoys and gRPC clients tell what they send on it. */
export const loadReportingService = {
  streamLoadStats: rawStream('/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats'),
}
