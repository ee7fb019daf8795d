import {
  type DecodedRequest,
  type DiscoveryRequest,
  type DiscoveryRequestMessage,
  decodeRequest,
  discoveryRequestOf,
} from './discovery-request.ts'

/** `envoy.service.discovery.v3.DeltaDiscoveryRequest`, as far as a server needs it. */
export interface DeltaRequest extends DiscoveryRequest {
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  /** What the client has from an earlier stream: version by name. */
  readonly initialVersions: ReadonlyMap<string, string>
}

interface DeltaRequestMessage extends DiscoveryRequestMessage {
  readonly resourceNamesSubscribe?: string[]
  readonly resourceNamesUnsubscribe?: string[]
  readonly initialResourceVersions?: Record<string, string>
}

/** Reads what a client sent; never throws. */
export function decodeDeltaRequest(bytes: Uint8Array): DecodedRequest<DeltaRequest> {
  return decodeRequest('envoy.service.discovery.v3.DeltaDiscoveryRequest', bytes, requestOf)
}

function requestOf(message: DeltaRequestMessage): DeltaRequest {
  return {
    ...discoveryRequestOf(message),
    subscribe: message.resourceNamesSubscribe ?? [],
    unsubscribe: message.resourceNamesUnsubscribe ?? [],
    initialVersions: new Map(Object.entries(message.initialResourceVersions ?? {})),
  }
}
