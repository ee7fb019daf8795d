import type { ClientKind } from '../../model/proxies.ts'
import { gatewayKey } from '../../model/route-references.ts'
import type { Viewpoint } from '../../model/viewpoint.ts'
import type { DiscoveryNode } from '../../proto/discovery-node.ts'
import type { ConfigSource } from '../../translate/config-source.ts'
import type { Names } from '../names/names.ts'
import type { Views } from './view.ts'

/** What the first message of a stream says of the client; fixed for as long as the stream lives. */
export interface ClientNode {
  /** `node.id`; not unique. */
  readonly id: string
  readonly kind: ClientKind
  /** namespace/name; '' when `node.cluster` names none, and of gRPC clients: they serve no gateway. */
  readonly gateway: string
  readonly viewpoint: Viewpoint
  readonly userAgent: string
  /** What its bootstrap calls the cluster in which Vicinity is, where it says so. */
  readonly xdsCluster?: string
  /** It knows of times to live; default false. */
  readonly knowsTtl?: boolean
  /** Where it takes endpoints and routes from; default ADS. */
  readonly configSource?: ConfigSource
}

/** Who may see what. */
export interface Audiences {
  /** Those of all that anybody sees. */
  readonly names: Names
  /**
   * Called once for each stream; the audience lives until it is left. Of an Envoy with a stream for each type one is
   * counted among the proxies that ask for traffic.
   */
  join(node: ClientNode, isCounted: boolean): Audience
}

export interface Audience {
  readonly names: Names
  readonly views: Views
  /** Where the client takes endpoints and routes from; absent: ADS. */
  readonly configSource?: ConfigSource | undefined
  /** The node's viewpoint with what the world knows beside it (the region of a zone). */
  viewpoint(): Viewpoint
  /** What an operator should know: an unknown gateway, no zone. */
  warnings(): string[]
  /** To be called once, when the stream has ended. */
  leave(): void
}

/** `node.cluster: edge` means `default/edge`; Kubernetes node and source come in the metadata. */
export function clientNode(node: DiscoveryNode): ClientNode {
  const kind = kindOf(node)
  return {
    id: node.id,
    kind,
    gateway: node.cluster === '' || kind === 'grpc' ? '' : gatewayKey(node.cluster),
    viewpoint: {
      region: node.region,
      zone: node.zone,
      subZone: node.subZone,
      node: textOf(node.metadata.node),
      source: textOf(node.metadata.source),
      network: textOf(node.metadata.network),
    },
    userAgent: node.userAgent,
    ...(node.features.includes(TTL_FEATURE) && { knowsTtl: true }),
    ...(textOf(node.metadata.xdsCluster) !== '' && { xdsCluster: textOf(node.metadata.xdsCluster) }),
  }
}

/** Longest text of a node that is kept, in characters. */
const LONGEST_TEXT = 1_024

/** What is wrong with a node: its texts are kept as long as the client is there, and shown. */
export function nodeProblem({ metadata, features: _, ...texts }: DiscoveryNode): string | undefined {
  const { node, source, network, xdsCluster } = metadata
  const kept = { ...texts, 'metadata.node': node, 'metadata.source': source, 'metadata.network': network }
  for (const [field, text] of Object.entries({ ...kept, 'metadata.xdsCluster': xdsCluster })) {
    if (typeof text === 'string' && text.length > LONGEST_TEXT)
      return `node.${field} has more than ${LONGEST_TEXT} characters`
  }
  return undefined
}

/** xDS protocol, "TTL": who does not say so takes a heartbeat for an update without a body. */
const TTL_FEATURE = 'xds.config.supports-resource-ttl'

/** gRFC A27, "Node": every gRPC library says this of itself, and the names of all begin alike; no Envoy does either. */
const GRPC_FEATURE = 'envoy.lb.does_not_support_overprovisioning'
const GRPC_NAME = /^gRPC\b/

function kindOf({ userAgent, features }: DiscoveryNode): ClientKind {
  return GRPC_NAME.test(userAgent) || features.includes(GRPC_FEATURE) ? 'grpc' : 'envoy'
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
