import { MessageScratch } from './message-scratch.ts'

/** What one stream alone is told with a response, whose body others may be sent too. */
export interface ResponseHead {
  /** `system_version_info` of a delta response, `version_info` of one of the state of the world. */
  readonly version?: string
  readonly nonce: string
}

/** Field numbers in the responses of both forms. */
const FIELD = { version: 1, nonce: 5 }

const head = new MessageScratch()

/** The beginning of a response of either form: with a body behind it, it is the whole message. */
export function encodeResponseHead({ version = '', nonce }: ResponseHead): Buffer {
  head.begin()
  head.text(FIELD.version, version)
  head.text(FIELD.nonce, nonce)
  return Buffer.from(head.written)
}
