import { hash } from 'node:crypto'
import protobuf from 'protobufjs/light.js'
import { keptBytes } from './kept-bytes.ts'
import { fieldLength, messageField, writePrefix } from './length-delimited.ts'
import { encodeMessage } from './message.ts'

const VERSION_LENGTH = 24

/** From here the version is read as a string of its own: a part of another one would keep all of that. */
const digest = Buffer.alloc(64)

/** The version of a resource: 96 bits of the SHA-256 of its bytes, the same on every replica and after a restart. */
export function versionOf(body: Uint8Array): string {
  digest.write(hash('sha256', body, 'hex'), 'latin1')
  return digest.toString('latin1', 0, VERSION_LENGTH)
}

/** Field numbers of the message; all of these fields are length-delimited. */
const FIELD = { version: 1, resource: 2, name: 3 }
/** Of `google.protobuf.Any`. */
const ANY_FIELD = { typeUrl: 1, value: 2 }

const anyHeads = new Map<string, Uint8Array>()

/** A whole `envoy.service.discovery.v3.Resource`, ready to be put into a response. */
export function encodeDiscoveryResource(
  name: string,
  version: string,
  typeUrl: string,
  body: Uint8Array,
): Uint8Array {
  const head = anyHead(typeUrl)
  const anyLength = head.length + fieldLength(ANY_FIELD.value, body.length)
  const nameLength = Buffer.byteLength(name)
  const bytes = keptBytes(
    fieldLength(FIELD.version, version.length) +
      fieldLength(FIELD.resource, anyLength) +
      fieldLength(FIELD.name, nameLength),
  )
  let at = writePrefix(bytes, 0, FIELD.version, version.length)
  at += bytes.write(version, at, 'latin1')
  at = writePrefix(bytes, at, FIELD.resource, anyLength)
  bytes.set(head, at)
  at = writePrefix(bytes, at + head.length, ANY_FIELD.value, body.length)
  bytes.set(body, at)
  at = writePrefix(bytes, at + body.length, FIELD.name, nameLength)
  bytes.write(name, at)
  return bytes
}

/** The type URL as it stands in an Any. */
function anyHead(typeUrl: string): Uint8Array {
  const known = anyHeads.get(typeUrl)
  if (known !== undefined) return known
  const head = messageField(ANY_FIELD.typeUrl, [Buffer.from(typeUrl)])
  anyHeads.set(typeUrl, head)
  return head
}

/** Field number of `ttl` in the message above. */
const TTL = 6

/** A time to live in milliseconds, as a field that is put behind an encoded Resource. */
export function ttlField(ttl: number): Uint8Array {
  const duration = encodeMessage('google.protobuf.Duration', {
    seconds: Math.floor(ttl / 1_000),
    nanos: (ttl % 1_000) * 1_000_000,
  })
  return messageField(TTL, [duration])
}

/** A Resource without its resource: what the client has of that name and version lives on for `ttl` milliseconds. */
export function encodeHeartbeat(name: string, version: string, ttl: number): Uint8Array {
  const resource = encodeMessage('envoy.service.discovery.v3.Resource', { name, version })
  return Buffer.concat([resource, ttlField(ttl)])
}

/** Field number of `resource` in the message above, and the tag that it begins with. */
const RESOURCE_TAG = (2 << 3) | 2

/** The bytes of the Any in an encoded Resource: what the state of the world sends without name and version. */
export function anyOf(encoded: Uint8Array): Uint8Array {
  const reader = protobuf.Reader.create(encoded)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === RESOURCE_TAG) {
      const length = reader.uint32()
      return encoded.subarray(reader.pos, reader.pos + length)
    }
    reader.skipType(tag & 7)
  }
  throw new Error('a Resource without its resource')
}
