import { createHash } from 'node:crypto'
import protobuf from 'protobufjs/light.js'
import { messageField } from './length-delimited.ts'
import { encodeMessage } from './message.ts'

/** The version of a resource: 96 bits of the SHA-256 of its bytes, the same on every replica and after a restart. */
export function versionOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 24)
}

/** A whole `envoy.service.discovery.v3.Resource`, ready to be put into a response. */
export function encodeDiscoveryResource(
  name: string,
  version: string,
  typeUrl: string,
  body: Uint8Array,
): Uint8Array {
  return encodeMessage('envoy.service.discovery.v3.Resource', {
    name,
    version,
    resource: { typeUrl, value: body },
  })
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
