/**
 * From where a client takes what its clusters and listeners refer to, their assignments and route configurations. Envoy
 * knows no "from the same server": `self` is refused (`SubscriptionFactoryImpl`), and `ads` where its bootstrap has no
 * ADS. So clusters and listeners say it by the client that they are for. What is made for one lives as long as the object.
 */
export interface ConfigSource {
  /** The `envoy.config.core.v3.ConfigSource` as ProtoJSON. */
  readonly json: object
}

const V3 = { resourceApiVersion: 'V3' }

export const FROM_ADS: ConfigSource = { json: { ads: {}, ...V3 } }

/** How an Envoy without gRPC asks. */
export interface RestPolling {
  /** What its bootstrap calls the cluster that is asked: it must stand there, and not take its endpoints from EDS. */
  readonly cluster: string
  /** Seconds from an answer to the next request; Envoy adds up to as much again, by chance. */
  readonly refreshDelay: number
}

/** How long one request may take: a large answer is made in turns with other work. */
const REQUEST_TIMEOUT = '10s'

export function fromRest({ cluster, refreshDelay }: RestPolling): ConfigSource {
  const apiConfigSource = {
    apiType: 'REST',
    transportApiVersion: 'V3',
    clusterNames: [cluster],
    refreshDelay: `${refreshDelay}s`,
    requestTimeout: REQUEST_TIMEOUT,
  }
  return { json: { apiConfigSource, ...V3 } }
}

/** How an Envoy asks that has a stream for each type, and for each assignment and route configuration. */
export interface OwnStreams {
  /** As of `RestPolling`. */
  readonly cluster: string
  readonly apiType: 'GRPC' | 'DELTA_GRPC'
}

export function fromOwnStreams({ cluster, apiType }: OwnStreams): ConfigSource {
  const apiConfigSource = {
    apiType,
    transportApiVersion: 'V3',
    grpcServices: [{ envoyGrpc: { clusterName: cluster } }],
    setNodeOnFirstMessageOnly: true,
  }
  return { json: { apiConfigSource, ...V3 } }
}
