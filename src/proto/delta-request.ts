import type protobuf from 'protobufjs/light.js'
import { ClaimedVersions } from './claimed-versions.ts'
import {
  type DecodedRequest,
  type DiscoveryRequest,
  decodeRequest,
  type NameFinder,
} from './discovery-request.ts'
import { errorOf, idsOf, inOneList, nodeIn, tagOf } from './request-fields.ts'

/** `envoy.service.discovery.v3.DeltaDiscoveryRequest`, as far as a server needs it. */
export interface DeltaRequest extends DiscoveryRequest {
  /** Names by their ids. */
  readonly subscribe: readonly number[]
  readonly unsubscribe: readonly number[]
  /** What the client has from an earlier stream. */
  readonly initialVersions: ClaimedVersions
}

/** Tags of its fields, all of them length-delimited. */
const TAG = {
  node: tagOf(1),
  typeUrl: tagOf(2),
  subscribe: tagOf(3),
  unsubscribe: tagOf(4),
  initialVersions: tagOf(5),
  nonce: tagOf(6),
  error: tagOf(7),
}
const NONE: readonly number[] = []

/** Of an entry of a map. */
const KEY = tagOf(1)
const VALUE = tagOf(2)

/** Reads what a client sent; never throws. */
export function decodeDeltaRequest(bytes: Uint8Array, names: NameFinder): DecodedRequest<DeltaRequest> {
  return decodeRequest('DeltaDiscoveryRequest', bytes, reader => read(reader, bytes, names))
}

function read(reader: protobuf.Reader, bytes: Uint8Array, names: NameFinder): DeltaRequest {
  const initialVersions = new ClaimedVersions(bytes)
  const request: { -readonly [Field in keyof DeltaRequest]: DeltaRequest[Field] } = {
    typeUrl: '',
    nonce: '',
    subscribe: NONE,
    unsubscribe: NONE,
    initialVersions,
  }
  const subscribe: (readonly number[])[] = []
  const unsubscribe: (readonly number[])[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === TAG.subscribe) subscribe.push(idsOf(reader, tag, { bytes, names }))
    else if (tag === TAG.initialVersions) readVersion(reader, bytes, names, initialVersions)
    else if (tag === TAG.unsubscribe) unsubscribe.push(idsOf(reader, tag, { bytes, names }))
    else if (tag === TAG.typeUrl) request.typeUrl = reader.string()
    else if (tag === TAG.nonce) request.nonce = reader.string()
    else if (tag === TAG.node) request.node = nodeIn(reader)
    else if (tag === TAG.error) request.error = errorOf(reader)
    else reader.skipType(tag & 7)
  }
  // As in every ACK there are none.
  if (subscribe.length > 0) request.subscribe = inOneList(subscribe)
  if (unsubscribe.length > 0) request.unsubscribe = inOneList(unsubscribe)
  return request
}

/** The reader stands behind the tag of an entry. */
function readVersion(
  reader: protobuf.Reader,
  bytes: Uint8Array,
  names: NameFinder,
  versions: ClaimedVersions,
): void {
  const begin = reader.pos
  // As everybody writes it: the whole entry, its key and its value, each of less than 128 bytes.
  const end = begin + 1 + (bytes[begin] as number)
  const keyTo = begin + 3 + (bytes[begin + 2] as number)
  const isPlain =
    end <= begin + 128 &&
    end <= bytes.length &&
    bytes[begin + 1] === KEY &&
    bytes[keyTo] === VALUE &&
    keyTo + 2 + (bytes[keyTo + 1] as number) === end
  if (isPlain) {
    versions.add(names.idOfBytes(bytes, begin + 3, keyTo), keyTo + 2, end)
    reader.pos = end
  } else readAnyVersion(reader, bytes, names, versions)
}

/** Its fields may come in any order, more than once or not at all. */
function readAnyVersion(
  reader: protobuf.Reader,
  bytes: Uint8Array,
  names: NameFinder,
  versions: ClaimedVersions,
): void {
  const end = reader.uint32() + reader.pos
  let [keyFrom, keyTo, from, to] = [end, end, end, end]
  while (reader.pos < end) {
    const tag = reader.uint32()
    const begin = reader.pos
    reader.skipType(tag & 7)
    if (tag !== KEY && tag !== VALUE) continue
    // What was skipped begins with its length.
    const next = reader.pos
    reader.pos = begin
    const length = reader.uint32()
    if (tag === KEY) [keyFrom, keyTo] = [next - length, next]
    else [from, to] = [next - length, next]
    reader.pos = next
  }
  versions.add(names.idOfBytes(bytes, keyFrom, keyTo), from, to)
}
