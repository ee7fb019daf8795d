import type protobuf from 'protobufjs/light.js'
import { messageType } from './descriptor.ts'
import { type DiscoveryNode, type NodeMessage, nodeOf } from './discovery-node.ts'
import type { NameFinder } from './discovery-request.ts'

const LENGTH_DELIMITED = 2

/** The tag of a length-delimited field (protobuf encoding, "Message Structure"). */
export function tagOf(fieldNumber: number): number {
  return (fieldNumber << 3) | LENGTH_DELIMITED
}

/** The reader stands behind the first tag of names, and afterwards behind the last of those that follow one another. */
export function idsOf(
  reader: protobuf.Reader,
  tag: number,
  { bytes, names }: { bytes: Uint8Array; names: NameFinder },
): readonly number[] {
  const from = reader.pos
  const to = skipNames(reader, bytes, tag)
  const ids = names.idsIn(bytes, from, to, () => {
    const read: number[] = []
    for (reader.pos = from; reader.pos < to; reader.pos++) {
      const length = reader.uint32()
      reader.skip(length)
      read.push(names.idOfBytes(bytes, reader.pos - length, reader.pos))
    }
    return read
  })
  reader.pos = to
  return ids
}

/** All names of a field: nearly always they follow one another, and that list is given as it is. */
export function inOneList(runs: readonly (readonly number[])[]): readonly number[] {
  return runs.length === 1 ? (runs[0] as readonly number[]) : runs.flat()
}

/** Their tags have one byte. Returns where the last name ends. */
function skipNames(reader: protobuf.Reader, bytes: Uint8Array, tag: number): number {
  for (;;) {
    reader.skip(reader.uint32())
    if (reader.pos >= reader.len || bytes[reader.pos] !== tag) return reader.pos
    reader.pos += 1
  }
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
