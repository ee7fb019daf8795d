import { controlPlane } from './control-plane.ts'
import { anyOf } from './discovery-resource.ts'
import { MessageWriter } from './length-delimited.ts'

/** What of an `envoy.service.discovery.v3.DiscoveryResponse` is equal for all streams that are sent the same. */
export interface StateBody {
  readonly typeUrl: string
  /** Whole `envoy.service.discovery.v3.Resource` messages, as for a delta response. */
  readonly resources: readonly Uint8Array[]
  /** Which replica says so; for people. */
  readonly controlPlane: string
}

/** Field numbers of the message; all of these fields are length-delimited. */
const FIELD = { resources: 2, typeUrl: 4, controlPlane: 6 }

/** Puts prepared bytes together, copied once; with a head before them (`encodeResponseHead`) they are a response. */
export function encodeStateBody(body: StateBody): Buffer {
  const message = new MessageWriter()
  for (const resource of body.resources) message.bytes(FIELD.resources, anyOf(resource))
  message.text(FIELD.typeUrl, body.typeUrl)
  message.bytes(FIELD.controlPlane, controlPlane(body.controlPlane))
  return message.finish()
}
