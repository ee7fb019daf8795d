import { controlPlane } from './control-plane.ts'
import { MessageWriter } from './length-delimited.ts'

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

/**
 * Puts prepared bytes together, copied once. The nonce comes last: all before it is equal for every stream that is
 * sent the same.
 */
export function encodeDeltaResponse(response: DeltaResponse): Buffer {
  const message = new MessageWriter()
  if (response.systemVersion) message.text(FIELD.systemVersionInfo, response.systemVersion)
  for (const resource of response.resources) message.bytes(FIELD.resources, resource)
  message.text(FIELD.typeUrl, response.typeUrl)
  for (const name of response.removed) message.text(FIELD.removedResources, name)
  message.bytes(FIELD.controlPlane, controlPlane(response.controlPlane))
  message.text(FIELD.nonce, response.nonce)
  return message.finish()
}
