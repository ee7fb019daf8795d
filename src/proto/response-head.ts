import { MessageWriter } from './length-delimited.ts'

/** What one stream alone is told with a response, whose body others may be sent too. */
export interface ResponseHead {
  /** `system_version_info` of a delta response, `version_info` of one of the state of the world. */
  readonly version?: string
  readonly nonce: string
}

/** Field numbers in the responses of both forms. */
const FIELD = { version: 1, nonce: 5 }

/** The beginning of a response of either form: with a body behind it, it is the whole message. */
export function encodeResponseHead({ version, nonce }: ResponseHead): Buffer {
  const message = new MessageWriter()
  if (version) message.text(FIELD.version, version)
  message.text(FIELD.nonce, nonce)
  return message.finish()
}
