import type { Parsed } from '../../model/problem.ts'
import { IntakeQueue } from './intake-queue.ts'
import { prepareBody } from './prepare-body.ts'
import type { Prepared, PrepareRequest } from './prepared.ts'

/** Where bodies of pushes become entries, without holding up the thread that serves the streams. */
export interface Intake {
  /** The request's bytes are given away. Rejects for bugs, and after `close`. */
  prepare(request: PrepareRequest): Promise<Parsed<Prepared>>
  close(): Promise<void>
}

/** A body up to this size is parsed in a few milliseconds, less than streams notice. */
const INLINE_BYTES = 32 * 1024

/** Checking one regular expression can take milliseconds, and a small body holds many. */
const SLOW_WORD = 'RegularExpression'

export function openIntake(): Intake {
  const queue = new IntakeQueue()
  return {
    async prepare(request) {
      return isQuick(request.bytes) ? prepareBody(request) : queue.prepare(request)
    },
    close: () => queue.close(),
  }
}

function isQuick(bytes: Uint8Array): boolean {
  if (bytes.length > INLINE_BYTES) return false
  return !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(SLOW_WORD)
}
