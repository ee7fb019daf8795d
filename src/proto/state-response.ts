import { controlPlane } from './control-plane.ts'
import { anyOf } from './discovery-resource.ts'
import { MessageWriter } from './length-delimited.ts'

/** `envoy.service.discovery.v3.DiscoveryResponse`, its resources encoded beforehand. */
export interface StateResponse {
  readonly typeUrl: string
  readonly versionInfo: string
  /** Whole `envoy.service.discovery.v3.Resource` messages, as for a delta response. */
  readonly resources: readonly Uint8Array[]
  readonly nonce: string
  /** Which replica says so; for people. */
  readonly controlPlane: string
}

/** Field numbers of the message; all of these fields are length-delimited. */
const FIELD = { versionInfo: 1, resources: 2, typeUrl: 4, nonce: 5, controlPlane: 6 }

/** Puts prepared bytes together, copied once. */
export function encodeStateResponse(response: StateResponse): Buffer {
  const message = new MessageWriter()
  message.text(FIELD.versionInfo, response.versionInfo)
  for (const resource of response.resources) message.bytes(FIELD.resources, anyOf(resource))
  message.text(FIELD.typeUrl, response.typeUrl)
  message.bytes(FIELD.controlPlane, controlPlane(response.controlPlane))
  message.text(FIELD.nonce, response.nonce)
  return message.finish()
}
