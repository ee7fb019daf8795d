import protojson from 'protobufjs/ext/protojson.js'
import { messageType } from './descriptor.ts'

/** `envoy.config.core.v3.Node`. */
export interface DiscoveryNode {
  readonly id: string
  readonly cluster: string
  readonly region: string
  readonly zone: string
  readonly subZone: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Name and version, as far as the client says them. */
  readonly userAgent: string
  /** `client_features`: what the client says that it can. */
  readonly features: readonly string[]
}

/** The fields of it that are read, as protobufjs decodes them. */
export interface NodeMessage {
  id?: string
  cluster?: string
  locality?: { region?: string; zone?: string; subZone?: string }
  metadata?: object
  userAgentName?: string
  userAgentVersion?: string
  userAgentBuildVersion?: { version?: { majorNumber?: number; minorNumber?: number; patch?: number } }
  clientFeatures?: string[]
}

export function nodeOf(node: NodeMessage): DiscoveryNode {
  const struct = messageType('google.protobuf.Struct')
  return nodeWith(
    node,
    node.metadata ? (protojson.toJson(struct, node.metadata) as Record<string, unknown>) : {},
  )
}

/** `metadata`: that of the node, as JSON. */
export function nodeWith(
  node: Omit<NodeMessage, 'metadata'>,
  metadata: DiscoveryNode['metadata'],
): DiscoveryNode {
  const { region = '', zone = '', subZone = '' } = node.locality ?? {}
  return {
    id: node.id ?? '',
    cluster: node.cluster ?? '',
    region,
    zone,
    subZone,
    metadata,
    userAgent: `${node.userAgentName ?? ''} ${userAgentVersion(node)}`.trim(),
    features: node.clientFeatures ?? [],
  }
}

function userAgentVersion(node: Omit<NodeMessage, 'metadata'>): string {
  const build = node.userAgentBuildVersion?.version
  if (build) return `${build.majorNumber ?? 0}.${build.minorNumber ?? 0}.${build.patch ?? 0}`
  return node.userAgentVersion ?? ''
}
