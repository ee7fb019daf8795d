import { fieldPrefix } from './length-delimited.ts'

/** `envoy.service.discovery.v3.DeltaDiscoveryResponse`, its resources encoded beforehand. */
export interface DeltaResponse {
  readonly typeUrl: string
  /** Whole `envoy.service.discovery.v3.Resource` messages. */
  readonly resources: readonly Uint8Array[]
  readonly removed: readonly string[]
  readonly nonce: string
  /** Which replica says so; for people. */
  readonly controlPlane: string
  /** For people: never used to accept or reject. */
  readonly systemVersion?: string
}

/** Field numbers of the message; all of these fields are length-delimited. */
const FIELD = {
  systemVersionInfo: 1,
  resources: 2,
  typeUrl: 4,
  nonce: 5,
  removedResources: 6,
  controlPlane: 7,
}
const CONTROL_PLANE_IDENTIFIER = 1

/**
 * Puts prepared bytes together, copied once. The nonce comes last: all before it is equal for every stream that is
 * sent the same.
 */
export function encodeDeltaResponse(response: DeltaResponse): Buffer {
  const chunks: Uint8Array[] = []
  const put = (field: number, bytes: Uint8Array) => chunks.push(fieldPrefix(field, bytes.length), bytes)
  if (response.systemVersion) put(FIELD.systemVersionInfo, Buffer.from(response.systemVersion))
  for (const resource of response.resources) put(FIELD.resources, resource)
  put(FIELD.typeUrl, Buffer.from(response.typeUrl))
  for (const name of response.removed) put(FIELD.removedResources, Buffer.from(name))
  const identifier = Buffer.from(response.controlPlane)
  put(
    FIELD.controlPlane,
    Buffer.concat([fieldPrefix(CONTROL_PLANE_IDENTIFIER, identifier.length), identifier]),
  )
  put(FIELD.nonce, Buffer.from(response.nonce))
  return Buffer.concat(chunks)
}
