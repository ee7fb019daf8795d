import type { MethodDefinition } from '@grpc/grpc-js'
import type { DescribedMethod } from './file-descriptors.ts'
import { TYPE_URLS } from './type-urls.ts'

/** A method and its messages. */
export type RawMethod = MethodDefinition<Buffer, Buffer> & DescribedMethod

type Messages = Pick<DescribedMethod, 'requestMessage' | 'responseMessage'>

/**
 * Both ways of every method carry raw bytes: requests are decoded only after the caller was authenticated, and
 * responses are put together from prepared bytes.
 */
function rawMethod(path: string, isStream: boolean): MethodDefinition<Buffer, Buffer> {
  const pass = (bytes: Buffer) => bytes
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: pass,
    requestDeserialize: pass,
    responseSerialize: pass,
    responseDeserialize: pass,
  }
}

export function rawStream(path: string): MethodDefinition<Buffer, Buffer> {
  return rawMethod(path, true)
}

function describedStream(path: string, messages: Messages): RawMethod {
  return { ...rawStream(path), ...messages }
}

/** The messages of a package whose names end in `Request` and `Response`. */
function messages(stem: string): Messages {
  return { requestMessage: `${stem}Request`, responseMessage: `${stem}Response` }
}

const DELTA = messages('envoy.service.discovery.v3.DeltaDiscovery')
const STATE = messages('envoy.service.discovery.v3.Discovery')

/** The streams of one discovery service, by form; what the server gives no handler is UNIMPLEMENTED. */
interface DiscoveryService {
  /** Of the only type that it is about; absent: aggregated. */
  readonly typeUrl?: string
  readonly delta: RawMethod
  readonly sotw: RawMethod
}

function perType(typeUrl: string, service: string, plural: string): DiscoveryService {
  const path = `/envoy.service.${service}/`
  return {
    typeUrl,
    delta: describedStream(`${path}Delta${plural}`, DELTA),
    sotw: describedStream(`${path}Stream${plural}`, STATE),
  }
}

const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService/'

export const aggregatedDiscoveryService: DiscoveryService = {
  delta: describedStream(`${ADS}DeltaAggregatedResources`, DELTA),
  sotw: describedStream(`${ADS}StreamAggregatedResources`, STATE),
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
  streamLoadStats: describedStream(
    '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats',
    messages('envoy.service.load_stats.v3.LoadStats'),
  ),
}

const CSDS = '/envoy.service.status.v3.ClientStatusDiscoveryService/'
const CLIENT_STATUS = messages('envoy.service.status.v3.ClientStatus')

/** Operators ask what proxies have. */
export const clientStatusService = {
  stream: describedStream(`${CSDS}StreamClientStatus`, CLIENT_STATUS),
  fetch: { ...rawMethod(`${CSDS}FetchClientStatus`, false), ...CLIENT_STATUS },
}
