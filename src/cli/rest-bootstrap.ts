import type { Address } from '../address.ts'
import { CONTROL_PLANE_CLUSTER } from '../model/rest-polling.ts'
import { controlPlaneCluster } from './bootstrap-cluster.ts'

/** Where and how often an Envoy asks by REST. */
export interface RestTarget {
  readonly address: Address
  /** HTTPS: file, on the Envoy's machine, of the certificates of those whom it trusts. */
  readonly trustedCa?: string | undefined
  /** Seconds from an answer to the next request, to which Envoy adds up to as much again, by chance. */
  readonly refreshDelay: number
}

/**
 * Envoy's `Host` is the name of its cluster (`RestApiFetcher`) and cannot be made another. Platforms that run functions
 * find these by it, and those are reached by HTTPS.
 */
export function restClusterName({ address, trustedCa }: RestTarget): string {
  return trustedCa === undefined ? CONTROL_PLANE_CLUSTER : address.host
}

export function restSource(target: RestTarget): object {
  return {
    resource_api_version: 'V3',
    api_config_source: {
      api_type: 'REST',
      transport_api_version: 'V3',
      cluster_names: [restClusterName(target)],
      refresh_delay: `${target.refreshDelay}s`,
      // A large answer is made in turns with other work; Envoy's default is a second.
      request_timeout: '10s',
    },
  }
}

/** Servers close what is idle for a minute: a request must not meet that. */
const IDLE_TIMEOUT = '30s'

/**
 * Each EDS cluster asks for itself, and all of them at once at the beginning. One connection takes them one after the other
 * to one replica, which so sees all that the Envoy has and keeps changes in their order; by its defaults Envoy would open
 * a thousand and refuse the rest.
 */
const MAX_CONNECTIONS = 1
const MAX_WAITING = 100_000

export function restCluster(target: RestTarget, token: string | undefined): object {
  const { address, trustedCa } = target
  const protocol = {
    common_http_protocol_options: { idle_timeout: IDLE_TIMEOUT },
    explicit_http_config: { http_protocol_options: {} },
    ...authorizing(token),
  }
  // Of several addresses one, as long as the connection lasts.
  const cluster = controlPlaneCluster(restClusterName(target), address, protocol, 'LOGICAL_DNS')
  return {
    ...cluster,
    circuit_breakers: {
      thresholds: [
        { max_connections: MAX_CONNECTIONS, max_pending_requests: MAX_WAITING, max_requests: MAX_WAITING },
      ],
    },
    ...(trustedCa === undefined ? {} : { transport_socket: tls(address.host, trustedCa) }),
  }
}

/**
 * The token, in the options of the cluster in which Vicinity is: a REST config source has no headers of its own, and what
 * Vicinity serves says whom to ask, but no token.
 */
export function authorizing(token: string | undefined): object {
  return token === undefined ? {} : { http_filters: [authorization(token), UPSTREAM_CODEC] }
}

function authorization(token: string): object {
  const header = { key: 'authorization', value: `Bearer ${token}` }
  return {
    name: 'envoy.filters.http.header_mutation',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
      mutations: {
        request_mutations: [{ append: { header, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } }],
      },
    },
  }
}

const UPSTREAM_CODEC = {
  name: 'envoy.filters.http.upstream_codec',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
  },
}

function tls(host: string, trustedCa: string): object {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: host,
      common_tls_context: {
        validation_context: {
          trusted_ca: { filename: trustedCa },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: host } }],
        },
      },
    },
  }
}
