import { messageType } from './descriptor.ts'
import { type DiscoveryNode, type NodeMessage, nodeOf } from './discovery-node.ts'

/** What requests of every form of the protocol have. */
export interface DiscoveryRequest {
  /** Only the first message of a stream must have it. */
  readonly node?: DiscoveryNode
  /** '': not given. */
  readonly typeUrl: string
  /** Nonce of the response that this ACKs or NACKs; '' when it does neither. */
  readonly nonce: string
  /** Present: a NACK, in the client's words. */
  readonly error?: string
}

/** The fields of every form's message as protobufjs decodes them. */
export interface DiscoveryRequestMessage {
  readonly node?: NodeMessage
  readonly typeUrl?: string
  readonly responseNonce?: string
  readonly errorDetail?: { readonly message?: string }
}

/** A request, or why the bytes are none. */
export type DecodedRequest<Request extends DiscoveryRequest> =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly detail: string }

/** Reads what a client sent; never throws. */
export function decodeRequest<Request extends DiscoveryRequest>(
  messageName: string,
  bytes: Uint8Array,
  requestOf: (message: object) => Request,
): DecodedRequest<Request> {
  try {
    return { ok: true, request: requestOf(messageType(messageName).decode(bytes)) }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return { ok: false, detail: `not a ${messageName.slice(messageName.lastIndexOf('.') + 1)}: ${cause}` }
  }
}

export function discoveryRequestOf(message: DiscoveryRequestMessage): DiscoveryRequest {
  return {
    ...(message.node && { node: nodeOf(message.node) }),
    typeUrl: message.typeUrl ?? '',
    nonce: message.responseNonce ?? '',
    ...(message.errorDetail && { error: message.errorDetail.message ?? '' }),
  }
}
