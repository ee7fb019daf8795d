import protobuf from 'protobufjs/light.js'
import type { DiscoveryNode } from './discovery-node.ts'

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

/** Knows the ids of names. */
export interface NameFinder {
  /** That of the UTF-8 between two places. */
  idOfBytes(bytes: Uint8Array, from: number, to: number): number
  /** The ids that `read` finds between two places. Where many clients say the same they may be one list, which is read once. */
  idsIn(bytes: Uint8Array, from: number, to: number, read: () => readonly number[]): readonly number[]
}

/** A request, or why the bytes are none. */
export type DecodedRequest<Request extends DiscoveryRequest> =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly detail: string }

/** Reads what a client sent; never throws. */
export function decodeRequest<Request extends DiscoveryRequest>(
  messageName: string,
  bytes: Uint8Array,
  read: (reader: protobuf.Reader) => Request,
): DecodedRequest<Request> {
  try {
    return { ok: true, request: read(protobuf.Reader.create(bytes)) }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return { ok: false, detail: `not a ${messageName}: ${cause}` }
  }
}
