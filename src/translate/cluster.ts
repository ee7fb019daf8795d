import { isHttp2Protocol } from '../model/app-protocol.ts'
import { isLaterAppProtocol } from '../model/later.ts'
import type { Service, ServicePort } from '../model/topology.ts'
import { encode, encodeMessage } from '../proto/message.ts'
import { circuitBreakers } from './circuit-breakers.ts'
import type { ConfigSource } from './config-source.ts'
import { envoyDuration } from './envoy-duration.ts'
import { healthChecks } from './health-checks.ts'
import { heededHealth, loadBalancing } from './load-balancing.ts'
import { outlierDetection } from './outlier-detection.ts'

/** The part of a merged service that its clusters are made of. */
export type ClusterSettings = Pick<
  Service,
  'connectTimeout' | 'loadBalancer' | 'healthCheck' | 'circuitBreaker'
>

export interface ClusterOptions {
  /** As its clients in a cluster of Kubernetes would call the service: "web.default". */
  readonly hostname: string
  readonly settings: ClusterSettings
  readonly isHttp2: boolean
  /** For proxies whose assignments share requests out between zones by weights of their own. */
  readonly weighsZones: boolean
  /** Where its endpoints come from. */
  readonly endpointsFrom: ConfigSource
}

/** Endpoints that want TLS cannot be spoken to yet: plain text would be no use to them. */
export function hasCluster({ appProtocol }: ServicePort): boolean {
  return !isLaterAppProtocol(appProtocol)
}

/**
 * Whether a port is spoken to in HTTP/2. Its `appProtocol` decides where it has one (GEP-1911), also against HTTP/2:
 * whoever wrote "http" knows the backend. Without one gRPC calls decide, which there are in HTTP/2 only: those of
 * GRPCRoutes, or of a health check.
 */
export function speaksHttp2({ appProtocol }: ServicePort, isCalledByGrpc: boolean): boolean {
  return appProtocol === undefined ? isCalledByGrpc : isHttp2Protocol(appProtocol)
}

const CLUSTER = 'envoy.config.cluster.v3.Cluster'

/** How many different settings are kept encoded for one config source. */
const SETTINGS_KEPT = 1_000

const encodedSettings = new WeakMap<ConfigSource, Map<string, Uint8Array>>()

/**
 * The encoded `envoy.config.cluster.v3.Cluster` of one service port; its endpoints have its own name. That name is all
 * in which thousands of clusters differ, so what they have in common is encoded once.
 */
export function cluster(name: string, options: ClusterOptions): Uint8Array {
  return Buffer.concat([encodeMessage(CLUSTER, { name }), settingsOf(options)])
}

function settingsOf(options: ClusterOptions): Uint8Array {
  const { settings, isHttp2, weighsZones, endpointsFrom } = options
  const { connectTimeout, loadBalancer, healthCheck, circuitBreaker } = settings
  // An active check calls its service by name.
  if (healthCheck?.active) return encode(CLUSTER, clusterSettings(options))
  const key = JSON.stringify([
    isHttp2,
    weighsZones,
    connectTimeout,
    loadBalancer,
    healthCheck,
    circuitBreaker,
  ])
  const kept = encodedSettings.get(endpointsFrom) ?? new Map<string, Uint8Array>()
  encodedSettings.set(endpointsFrom, kept)
  const known = kept.get(key)
  if (known !== undefined) return known
  const made = encode(CLUSTER, clusterSettings(options))
  if (kept.size >= SETTINGS_KEPT) kept.clear()
  kept.set(key, made)
  return made
}

/**
 * The `envoy.config.cluster.v3.Cluster` of one service port without its name, as ProtoJSON. `ignoreHealthOnHostRemoval`: without it a removed endpoint that still passes health checks keeps its
 * traffic (measured on Envoy 1.40).
 */
function clusterSettings(options: ClusterOptions): object {
  const { hostname, settings, isHttp2, weighsZones, endpointsFrom } = options
  const { connectTimeout, loadBalancer, healthCheck, circuitBreaker } = settings
  const common = { ...heededHealth(healthCheck), ...(weighsZones && { localityWeightedLbConfig: {} }) }
  const checks = healthCheck?.active ? healthChecks(healthCheck.active, { hostname, isHttp2 }) : []
  return {
    type: 'EDS',
    edsClusterConfig: { edsConfig: endpointsFrom.json },
    ...(connectTimeout && { connectTimeout: envoyDuration(connectTimeout) }),
    ...loadBalancing(loadBalancer),
    ...(Object.keys(common).length > 0 && { commonLbConfig: common }),
    ...(checks.length > 0 && { healthChecks: checks }),
    ...(healthCheck?.passive && { outlierDetection: outlierDetection(healthCheck.passive) }),
    ignoreHealthOnHostRemoval: true,
    circuitBreakers: circuitBreakers(circuitBreaker),
    ...protocolOptions(isHttp2, circuitBreaker?.maxRequestsPerConnection),
  }
}

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

function protocolOptions(isHttp2: boolean, maxRequestsPerConnection: number | undefined): object {
  if (!isHttp2 && maxRequestsPerConnection === undefined) return {}
  return {
    typedExtensionProtocolOptions: {
      [HTTP_OPTIONS]: {
        '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
        ...(maxRequestsPerConnection !== undefined && {
          commonHttpProtocolOptions: { maxRequestsPerConnection },
        }),
        explicitHttpConfig: isHttp2 ? { http2ProtocolOptions: {} } : { httpProtocolOptions: {} },
      },
    },
  }
}
