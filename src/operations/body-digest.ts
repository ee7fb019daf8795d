import { createHash } from 'node:crypto'

/** To be raised when equal bytes come to other entries than before: what stands by their digest is parsed again then. */
const FORM_OF_ENTRIES = 1

/** Up to here a hash takes less time than asking another thread for it. */
const HASHED_HERE = 256 * 1024
/** What another thread hashes is copied for it: of more at once the streams would notice. */
const PIECE = 1024 * 1024

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

/** The hash of the hashes of its pieces. */
async function hashedElsewhere(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const whole = createHash('sha256')
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.subarray(start, start + PIECE)
    whole.update(new Uint8Array(await crypto.subtle.digest('SHA-256', piece)))
  }
  return whole.digest()
}
