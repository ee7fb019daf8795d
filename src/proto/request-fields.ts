import type protobuf from 'protobufjs/light.js'
import { messageType } from './descriptor.ts'
import { type DiscoveryNode, type NodeMessage, nodeOf } from './discovery-node.ts'
import type { NameFinder } from './discovery-request.ts'

const LENGTH_DELIMITED = 2

/** The tag of a length-delimited field (protobuf encoding, "Message Structure"). */
export function tagOf(fieldNumber: number): number {
  return (fieldNumber << 3) | LENGTH_DELIMITED
}

/** The reader stands before a name. */
export function idOf(reader: protobuf.Reader, bytes: Uint8Array, names: NameFinder): number {
  const length = reader.uint32()
  const from = reader.pos
  reader.skip(length)
  return names.idOfBytes(bytes, from, from + length)
}

/** The reader stands before a node. */
export function nodeIn(reader: protobuf.Reader): DiscoveryNode {
  const message = messageType('envoy.config.core.v3.Node').decode(reader, reader.uint32())
  return nodeOf(message as NodeMessage)
}

/** The reader stands before a `google.rpc.Status`. */
export function errorOf(reader: protobuf.Reader): string {
  const status = messageType('google.rpc.Status').decode(reader, reader.uint32())
  return (status as { message?: string }).message ?? ''
}
