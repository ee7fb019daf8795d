import { createHash } from 'node:crypto'
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
