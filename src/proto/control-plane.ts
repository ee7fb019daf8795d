import { MessageWriter } from './length-delimited.ts'

const IDENTIFIER = 1

/** An encoded `envoy.config.core.v3.ControlPlane`: which replica it is. */
export function controlPlane(identifier: string): Uint8Array {
  const message = new MessageWriter()
  message.text(IDENTIFIER, identifier)
  return message.finish()
}
