import { isLaterAppProtocol } from '../model/later.ts'
import type { Service, ServicePort } from '../model/topology.ts'
import { envoyDuration } from './envoy-duration.ts'

/** The part of a merged service that its clusters are made of. */
export type ClusterSettings = Pick<Service, 'connectTimeout'>

const HTTP2_PROTOCOLS = new Set(['kubernetes.io/h2c', 'h2c', 'http2', 'grpc'])

/** Endpoints that want TLS cannot be spoken to yet: plain text would be no use to them. */
export function hasCluster({ appProtocol }: ServicePort): boolean {
  return !isLaterAppProtocol(appProtocol)
}

/**
 * Whether a port is spoken to in HTTP/2. Its `appProtocol` decides where it has one (GEP-1911), also against HTTP/2:
 * whoever wrote "http" knows the backend. Without one gRPC calls decide, which there are in HTTP/2 only.
 */
export function speaksHttp2({ appProtocol }: ServicePort, isCalledByGrpc: boolean): boolean {
  return appProtocol === undefined ? isCalledByGrpc : HTTP2_PROTOCOLS.has(appProtocol)
}

/**
 * The `envoy.config.cluster.v3.Cluster` of one service port, as ProtoJSON; its endpoints come over ADS under its
 * own name. What is set here beside the obvious was measured on Envoy 1.40:
 * - `ignoreHealthOnHostRemoval`: without it a removed endpoint that still passes health checks keeps its traffic.
 * - a retry budget in place of the three concurrent retries of the default, which fail 29 % of the requests of a
 *   dead endpoint's first moment.
 */
export function cluster(name: string, settings: ClusterSettings, isHttp2: boolean): object {
  return {
    name,
    type: 'EDS',
    edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: 'V3' } },
    ...(settings.connectTimeout && { connectTimeout: envoyDuration(settings.connectTimeout) }),
    lbPolicy: 'LEAST_REQUEST',
    ignoreHealthOnHostRemoval: true,
    circuitBreakers: {
      thresholds: [{ retryBudget: { budgetPercent: { value: 100 }, minRetryConcurrency: 100 } }],
    },
    ...(isHttp2 && { typedExtensionProtocolOptions: HTTP2 }),
  }
}

const HTTP2 = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicitHttpConfig: { http2ProtocolOptions: {} },
  },
}
