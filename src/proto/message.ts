import protojson from 'protobufjs/ext/protojson.js'
import protobuf from 'protobufjs/light.js'
import { messageType } from './descriptor.ts'

/**
 * Bytes of a message given as ProtoJSON: camelCase names, `@type` for an Any, "0.25s" for a duration. Throws for a
 * field that the message does not have, a value that does not fit, two members of one oneof. Equal JSON (its maps
 * in equal order) gives equal bytes.
 */
export function encode(messageName: string, json: object): Uint8Array {
  const type = messageType(messageName)
  return Object.keys(json).length === 0 ? NO_FIELDS : written(type, protojson.fromJson(type, json))
}

/** Much of what may be said of a route is not. */
const NO_FIELDS = Buffer.alloc(0)

/**
 * Bytes of a message in protobufjs' own form: enums as numbers, wrappers and durations as messages, an Any as
 * `{typeUrl, value}`. Some times faster than `encode` and unchecked: fields that do not exist are left out in
 * silence, so only for messages that the code builds itself and that a test compares with their JSON.
 */
export function encodeMessage(messageName: string, message: object): Uint8Array {
  return written(messageType(messageName), message)
}

/** The reverse of `encode`, with every Any expanded; throws for bytes that are not such a message. */
export function decode(messageName: string, bytes: Uint8Array): Record<string, unknown> {
  const type = messageType(messageName)
  return protojson.toJson(type, type.decode(bytes)) as Record<string, unknown>
}

/** One for all messages: each grows its memory by doubling it, which for short ones is several times what they have. */
const writer = protobuf.Writer.create()

function written(type: protobuf.Type, message: object): Uint8Array {
  try {
    return type.encode(message, writer).finish()
  } finally {
    // A message that does not fit leaves the ones around it open.
    writer.states = null
    writer.reset()
  }
}
