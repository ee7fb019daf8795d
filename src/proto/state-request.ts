import {
  type DecodedRequest,
  type DiscoveryRequest,
  type DiscoveryRequestMessage,
  decodeRequest,
  discoveryRequestOf,
} from './discovery-request.ts'

/** `envoy.service.discovery.v3.DiscoveryRequest` (state of the world), as far as a server needs it. */
export interface StateRequest extends DiscoveryRequest {
  /** All that the client wants of the type; empty has two meanings, see `StateStream`. */
  readonly names: readonly string[]
  /** Of the last response that the client took; '' when there is none. */
  readonly versionInfo: string
}

interface StateRequestMessage extends DiscoveryRequestMessage {
  readonly resourceNames?: string[]
  readonly versionInfo?: string
}

/** Reads what a client sent; never throws. */
export function decodeStateRequest(bytes: Uint8Array): DecodedRequest<StateRequest> {
  return decodeRequest('envoy.service.discovery.v3.DiscoveryRequest', bytes, requestOf)
}

function requestOf(message: StateRequestMessage): StateRequest {
  return {
    ...discoveryRequestOf(message),
    names: message.resourceNames ?? [],
    versionInfo: message.versionInfo ?? '',
  }
}
