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
/** So is a patch of a thousand endpoints; the thread, which may have to start first, would take longer. */
const INLINE_ENDPOINTS_BYTES = 128 * 1024
/** YAML is parsed at about a megabyte a second. */
const INLINE_YAML_BYTES = 4 * 1024

/** Checking one regular expression can take milliseconds, and a small body holds many. */
const SLOW_WORD = 'RegularExpression'
/** What has settings takes ten times as long as endpoints: it is translated too. */
const SETTINGS = '"services"'

export function openIntake(): Intake {
  const queue = new IntakeQueue()
  warmUp()
  return {
    async prepare(request) {
      return isQuick(request) ? prepareBody(request) : queue.prepare(request)
    },
    close: () => queue.close(),
  }
}

/**
 * Schemas are compiled when they first see a document, 30 ms for each part: paid at the start, so that the first
 * change after it is not late.
 */
function warmUp(): void {
  prepareBody({ kind: 'snapshot', bytes: new TextEncoder().encode(JSON.stringify(SAMPLE)) })
}

const SAMPLE = {
  topology: {
    zones: [{ zone: 'a' }],
    nodes: [{ name: 'a' }],
    services: [{ name: 'a', ports: [{ port: 1 }], endpoints: [{ address: '10.0.0.1', port: 1 }] }],
  },
  routes: {
    gateways: [{ name: 'a', listeners: [{ name: 'a', port: 1, protocol: 'HTTP' }] }],
    routes: [
      { name: 'a', kind: 'HTTPRoute', gateways: ['a'], rules: [{ backendRefs: [{ name: 'a', port: 1 }] }] },
    ],
  },
}

function isQuick(request: PrepareRequest): boolean {
  const bytes = Buffer.from(request.bytes.buffer, request.bytes.byteOffset, request.bytes.byteLength)
  return bytes.length <= quickBytes(request, bytes) && !bytes.includes(SLOW_WORD)
}

function quickBytes(request: PrepareRequest, bytes: Buffer): number {
  if (request.kind === 'kubernetes' && request.format === 'yaml') return INLINE_YAML_BYTES
  if (request.kind !== 'patch' || request.part !== 'topology' || bytes.length > INLINE_ENDPOINTS_BYTES)
    return INLINE_BYTES
  return bytes.includes(SETTINGS) ? INLINE_BYTES : INLINE_ENDPOINTS_BYTES
}
