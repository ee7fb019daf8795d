import type protobuf from 'protobufjs/light.js'
import {
  type DecodedRequest,
  type DiscoveryRequest,
  decodeRequest,
  type NameFinder,
} from './discovery-request.ts'
import { errorOf, idsOf, inOneList, nodeIn, tagOf } from './request-fields.ts'

/** `envoy.service.discovery.v3.DiscoveryRequest` (state of the world), as far as a server needs it; `Name`: text, or an id. */
export interface StateRequest<Name = string> extends DiscoveryRequest {
  /** All that the client wants of the type; empty has two meanings, see `StateStream`. */
  readonly names: readonly Name[]
  /** Of the last response that the client took; '' when there is none. */
  readonly versionInfo: string
}

/** Tags of its fields, all of them length-delimited. */
const TAG = {
  versionInfo: tagOf(1),
  node: tagOf(2),
  names: tagOf(3),
  typeUrl: tagOf(4),
  nonce: tagOf(5),
  error: tagOf(6),
}

/** Reads what a client sent; never throws. */
export function decodeStateRequest(
  bytes: Uint8Array,
  names: NameFinder,
): DecodedRequest<StateRequest<number>> {
  return decodeRequest('DiscoveryRequest', bytes, reader => read(reader, bytes, names))
}

function read(reader: protobuf.Reader, bytes: Uint8Array, finder: NameFinder): StateRequest<number> {
  const request: { -readonly [Field in keyof StateRequest]?: StateRequest[Field] } = {}
  const names: (readonly number[])[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === TAG.names) names.push(idsOf(reader, tag, { bytes, names: finder }))
    else if (tag === TAG.versionInfo) request.versionInfo = reader.string()
    else if (tag === TAG.typeUrl) request.typeUrl = reader.string()
    else if (tag === TAG.nonce) request.nonce = reader.string()
    else if (tag === TAG.node) request.node = nodeIn(reader)
    else if (tag === TAG.error) request.error = errorOf(reader)
    else reader.skipType(tag & 7)
  }
  return { typeUrl: '', nonce: '', versionInfo: '', ...request, names: inOneList(names) }
}
