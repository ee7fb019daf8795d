import { createHash } from 'node:crypto'

/** To be raised when equal bytes come to other entries than before: what stands by their digest is parsed again then. */
const FORM_OF_ENTRIES = 1

/** Up to here a hash takes less time than asking another thread for it. */
const HASHED_HERE = 256 * 1024

/**
 * Names the bytes of a body and what parsing makes of them; 64 hex digits. The same bytes pushed as something else (as
 * another part, in another format) are another body: most likely a wrong one. Large ones are hashed off this thread.
 */
export async function bodyDigest(pushedAs: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const ofBytes = bytes.length <= HASHED_HERE ? hashed(bytes) : await hashedElsewhere(bytes)
  return createHash('sha256').update(`${FORM_OF_ENTRIES} ${pushedAs} `).update(ofBytes).digest('hex')
}

function hashed(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

async function hashedElsewhere(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
