import { isIP } from 'node:net'
import type { Address } from '../address.ts'

export interface BootstrapInput {
  readonly id: string
  readonly zone: string
  readonly region?: string | undefined
  /** Becomes `node.cluster`. */
  readonly gateway: string
  readonly xds: Address
  /** Kubernetes node name. */
  readonly node?: string | undefined
  readonly source?: string | undefined
  readonly network?: string | undefined
  readonly admin?: Address | undefined
  readonly token?: string | undefined
  /** How it speaks; default `delta`. */
  readonly form?: BootstrapForm | undefined
  /** False: the Envoy does not report what it sends where. */
  readonly loadReports?: boolean | undefined
}

/** `delta`: changes, over ADS; `sotw`: states of the world, over ADS. */
export const BOOTSTRAP_FORMS = ['delta', 'sotw'] as const
export type BootstrapForm = (typeof BOOTSTRAP_FORMS)[number]

const API_TYPES: Readonly<Record<BootstrapForm, string>> = { delta: 'DELTA_GRPC', sotw: 'GRPC' }

const XDS_CLUSTER = 'vicinity'

/**
 * By itself Envoy refuses a regular expression of more than 100 steps, and with it the whole route table. How large
 * one may be is judged where it is pushed.
 */
const LIMITS = {
  're2.max_program_size.error_level': 4_294_967_295,
  're2.max_program_size.warn_level': 4_294_967_295,
}

/** An Envoy bootstrap (config.bootstrap.v3.Bootstrap as JSON): ADS, everything else comes over it; load reports. */
export function envoyBootstrap(input: BootstrapInput): object {
  const ads = { ads: {}, resource_api_version: 'V3' }
  const services = [{ envoy_grpc: { cluster_name: XDS_CLUSTER }, ...metadataOf(input.token) }]
  const { loadReports = true } = input
  return {
    node: nodeOf(input),
    dynamic_resources: {
      ads_config: {
        api_type: API_TYPES[input.form ?? 'delta'],
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: services,
      },
      lds_config: ads,
      cds_config: ads,
    },
    ...(loadReports && {
      cluster_manager: {
        load_stats_config: { api_type: 'GRPC', transport_api_version: 'V3', grpc_services: services },
      },
    }),
    static_resources: { clusters: [xdsCluster(input.xds)] },
    layered_runtime: { layers: [{ name: 'vicinity', static_layer: LIMITS }] },
    ...(input.admin ? { admin: { address: socketAddress(input.admin) } } : {}),
  }
}

function nodeOf({ id, zone, region, gateway, node, source, network }: BootstrapInput): object {
  const metadata = {
    ...(node ? { node } : {}),
    ...(source ? { source } : {}),
    ...(network ? { network } : {}),
  }
  return {
    id,
    cluster: gateway,
    locality: { ...(region ? { region } : {}), zone },
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  }
}

function metadataOf(token: string | undefined): object {
  return token === undefined ? {} : { initial_metadata: [{ key: 'authorization', value: `Bearer ${token}` }] }
}

function xdsCluster(xds: Address): object {
  return {
    name: XDS_CLUSTER,
    // A name is resolved again and again, so that a control plane may move. Envoy would take the IPv6 address only
    // where there is one, and localhost has one on which nobody listens.
    ...(isIP(xds.host) === 0
      ? { type: 'STRICT_DNS', dns_lookup_family: 'V4_PREFERRED' }
      : { type: 'STATIC' }),
    connect_timeout: '1s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        // Without keepalive a control plane that lost its network is noticed only by TCP, minutes later.
        explicit_http_config: {
          http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '5s' } },
        },
      },
    },
    load_assignment: {
      cluster_name: XDS_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(xds) } }] }],
    },
  }
}

function socketAddress({ host, port }: Address): object {
  return { socket_address: { address: host, port_value: port } }
}
