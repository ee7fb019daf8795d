import { controlPlane } from './control-plane.ts'
import { MessageWriter } from './length-delimited.ts'

/** What of an `envoy.service.discovery.v3.DeltaDiscoveryResponse` is equal for all streams that are sent the same. */
export interface DeltaBody {
  readonly typeUrl: string
  /** Whole `envoy.service.discovery.v3.Resource` messages. */
  readonly resources: readonly Uint8Array[]
  readonly removed: readonly string[]
  /** Which replica says so; for people. */
  readonly controlPlane: string
}

/** Field numbers of the message; all of these fields are length-delimited. */
const FIELD = { resources: 2, typeUrl: 4, removedResources: 6, controlPlane: 7 }

/** Puts prepared bytes together, copied once; with a head before them (`encodeResponseHead`) they are a response. */
export function encodeDeltaBody(body: DeltaBody): Buffer {
  const message = new MessageWriter()
  for (const resource of body.resources) message.bytes(FIELD.resources, resource)
  message.text(FIELD.typeUrl, body.typeUrl)
  for (const name of body.removed) message.text(FIELD.removedResources, name)
  message.bytes(FIELD.controlPlane, controlPlane(body.controlPlane))
  return message.finish()
}
