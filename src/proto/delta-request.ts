import protojson from 'protobufjs/ext/protojson.js'
import { messageType } from './descriptor.ts'

/** `envoy.service.discovery.v3.DeltaDiscoveryRequest`, as far as a server needs it. */
export interface DeltaRequest {
  /** Only the first message of a stream must have it. */
  readonly node?: DiscoveryNode
  readonly typeUrl: string
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  /** What the client has from an earlier stream: version by name. */
  readonly initialVersions: ReadonlyMap<string, string>
  /** Nonce of the response that this ACKs or NACKs; '' when it does neither. */
  readonly nonce: string
  /** Present: a NACK, in the client's words. */
  readonly error?: string
}

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
}

/** A request, or why the bytes are none. */
export type DecodedDeltaRequest =
  | { readonly ok: true; readonly request: DeltaRequest }
  | { readonly ok: false; readonly detail: string }

interface RequestMessage {
  node?: NodeMessage
  typeUrl?: string
  resourceNamesSubscribe?: string[]
  resourceNamesUnsubscribe?: string[]
  initialResourceVersions?: Record<string, string>
  responseNonce?: string
  errorDetail?: { message?: string }
}

interface NodeMessage {
  id?: string
  cluster?: string
  locality?: { region?: string; zone?: string; subZone?: string }
  metadata?: object
  userAgentName?: string
  userAgentVersion?: string
  userAgentBuildVersion?: { version?: { majorNumber?: number; minorNumber?: number; patch?: number } }
}

/** Reads what a client sent; never throws. */
export function decodeDeltaRequest(bytes: Uint8Array): DecodedDeltaRequest {
  try {
    const message = messageType('envoy.service.discovery.v3.DeltaDiscoveryRequest').decode(bytes)
    return { ok: true, request: requestOf(message as RequestMessage) }
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

function requestOf(message: RequestMessage): DeltaRequest {
  return {
    ...(message.node && { node: nodeOf(message.node) }),
    typeUrl: message.typeUrl ?? '',
    subscribe: message.resourceNamesSubscribe ?? [],
    unsubscribe: message.resourceNamesUnsubscribe ?? [],
    initialVersions: new Map(Object.entries(message.initialResourceVersions ?? {})),
    nonce: message.responseNonce ?? '',
    ...(message.errorDetail && { error: message.errorDetail.message ?? '' }),
  }
}

function nodeOf(node: NodeMessage): DiscoveryNode {
  const { region = '', zone = '', subZone = '' } = node.locality ?? {}
  const struct = messageType('google.protobuf.Struct')
  return {
    id: node.id ?? '',
    cluster: node.cluster ?? '',
    region,
    zone,
    subZone,
    metadata: node.metadata ? (protojson.toJson(struct, node.metadata) as Record<string, unknown>) : {},
    userAgent: `${node.userAgentName ?? ''} ${userAgentVersion(node)}`.trim(),
  }
}

function userAgentVersion(node: NodeMessage): string {
  const build = node.userAgentBuildVersion?.version
  if (build) return `${build.majorNumber ?? 0}.${build.minorNumber ?? 0}.${build.patch ?? 0}`
  return node.userAgentVersion ?? ''
}
