import type { Address } from '../address.ts'
import type { ProxyForm } from '../model/proxies.ts'
import { CONTROL_PLANE_CLUSTER } from '../model/rest-polling.ts'
import { controlPlaneCluster, socketAddress } from './bootstrap-cluster.ts'
import { authorizing, type RestTarget, restCluster, restClusterName, restSource } from './rest-bootstrap.ts'

export interface BootstrapInput {
  readonly id: string
  readonly zone: string
  readonly region?: string | undefined
  /** Becomes `node.cluster`. */
  readonly gateway: string
  /** Where Vicinity serves gRPC; the form `rest` needs none. */
  readonly xds: Address
  /** Kubernetes node name. */
  readonly node?: string | undefined
  readonly source?: string | undefined
  readonly network?: string | undefined
  readonly admin?: Address | undefined
  readonly token?: string | undefined
  /** How it speaks; default `delta`. */
  readonly form?: ProxyForm | undefined
  /** Where Vicinity serves REST, for the form of that name. */
  readonly rest?: RestTarget | undefined
  /** False: the Envoy does not report what it sends where. */
  readonly loadReports?: boolean | undefined
}

type StreamForm = Exclude<ProxyForm, 'rest'>
const API_TYPES: Readonly<Record<StreamForm, string>> = {
  delta: 'DELTA_GRPC',
  'delta-per-type': 'DELTA_GRPC',
  sotw: 'GRPC',
  'sotw-per-type': 'GRPC',
}

/** What a client says of itself; one that serves no gateway names none. */
type Standing = Pick<BootstrapInput, 'id' | 'zone' | 'region' | 'node' | 'source' | 'network'> &
  Partial<Pick<BootstrapInput, 'gateway'>>

/**
 * By itself Envoy refuses a regular expression of more than 100 steps, and with it the whole route table. How large
 * one may be is judged where it is pushed.
 */
const LIMITS = {
  're2.max_program_size.error_level': 4_294_967_295,
  're2.max_program_size.warn_level': 4_294_967_295,
}

/** An Envoy bootstrap (config.bootstrap.v3.Bootstrap as JSON), with which everything else comes from Vicinity. */
export function envoyBootstrap(input: BootstrapInput): object {
  const { form = 'delta', rest } = input
  const way =
    form === 'rest' && rest !== undefined ? overRest(rest, input) : overStreams(form as StreamForm, input)
  return {
    node: nodeOf(input, way.metadata),
    dynamic_resources: way.resources,
    ...way.others,
    static_resources: { clusters: [way.cluster] },
    layered_runtime: { layers: [{ name: 'vicinity', static_layer: LIMITS }] },
    // By itself Envoy sums its histograms every 5 s, whether or not anybody looks, and takes no update meanwhile: with
    // 10,000 clusters for 250 ms and more. Whoever has sinks for statistics wants an interval in its place.
    stats_flush_on_admin: true,
    ...(input.admin ? { admin: { address: socketAddress(input.admin) } } : {}),
  }
}

/** Over ADS, or over a stream for each type and one for each assignment; load reports go the other way. */
function overStreams(form: StreamForm, { xds, token, loadReports = true }: BootstrapInput) {
  const isAggregated = form === 'delta' || form === 'sotw'
  const services = [
    { envoy_grpc: { cluster_name: CONTROL_PLANE_CLUSTER }, ...(isAggregated && metadataOf(token)) },
  ]
  const source = {
    api_type: API_TYPES[form],
    transport_api_version: 'V3',
    set_node_on_first_message_only: true,
    grpc_services: services,
  }
  const config = {
    ...(isAggregated ? { ads: {} } : { api_config_source: source }),
    resource_api_version: 'V3',
  }
  return {
    metadata: {},
    cluster: controlPlaneCluster(CONTROL_PLANE_CLUSTER, xds, {
      // Without keepalive a control plane that lost its network is noticed only by TCP, minutes later.
      explicit_http_config: {
        http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '5s' } },
      },
      ...(!isAggregated && authorizing(token)),
    }),
    resources: { ...(isAggregated && { ads_config: source }), lds_config: config, cds_config: config },
    others: loadReports
      ? {
          cluster_manager: {
            load_stats_config: { api_type: 'GRPC', transport_api_version: 'V3', grpc_services: services },
          },
        }
      : {},
  }
}

/** Load reports are streams: there are none by REST. */
function overRest(target: RestTarget, { token }: BootstrapInput) {
  const source = restSource(target)
  return {
    // What Vicinity serves says to ask the same cluster, as often.
    metadata: { xdsCluster: restClusterName(target), refreshDelay: `${target.refreshDelay}s` },
    cluster: restCluster(target, token),
    resources: { lds_config: source, cds_config: source },
    others: {},
  }
}

/** `envoy.config.core.v3.Node` as JSON. */
export function nodeOf(
  { id, zone, region, gateway, node, source, network }: Standing,
  others: object = {},
): object {
  const metadata = {
    ...(node ? { node } : {}),
    ...(source ? { source } : {}),
    ...(network ? { network } : {}),
    ...others,
  }
  return {
    id,
    ...(gateway !== undefined && { cluster: gateway }),
    locality: { ...(region ? { region } : {}), zone },
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  }
}

function metadataOf(token: string | undefined): object {
  return token === undefined ? {} : { initial_metadata: [{ key: 'authorization', value: `Bearer ${token}` }] }
}
