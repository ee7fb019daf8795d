import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setImmediate } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { type BodyLease, UNBOUNDED } from './body-budget.ts'
import { type BodyFormat, bodyFormat } from './body-format.ts'
import { problem } from './problem.ts'

/** The largest body, counted as sent and again after decompression. */
const BODY_LIMIT = 64 * 1024 * 1024

/** Node's own are a quarter of it: each costs a turn of the event loop. */
const UNZIPPED_CHUNK = 64 * 1024
/** Bytes that are copied before others get their turn: about two milliseconds. */
const TURN = 4 * 1024 * 1024

interface BodyOptions {
  readonly limit?: number
  readonly lease?: BodyLease
  /** What is read here. */
  readonly formats?: readonly BodyFormat[]
  /**
   * The same body as Node's server reads it, where one does: to go by the request's own stream makes a whole request of
   * it first, which takes longer than all else that is done to read a small body. Left as it is when reading stops early.
   */
  readonly incoming?: Readable | undefined
}

/**
 * The bytes of a pushed document, or the response that refuses them. Reading stops at the limit, so a bomb costs
 * no more memory than an honest body.
 */
export async function readBody(
  request: Request,
  { limit = BODY_LIMIT, lease = UNBOUNDED, formats = ['json'], incoming }: BodyOptions = {},
): Promise<Uint8Array<ArrayBuffer> | Response> {
  const refusal = refuseHead(request.headers, limit, formats)
  if (refusal) return refusal
  try {
    const bytes = await readStream({ request, incoming, lease, limit })
    if (bytes === 'too large') return tooLarge(limit, request.headers)
    if (bytes === 'busy')
      return problem(503, 'too many bodies are being read at once', [], { 'Retry-After': '1' })
    // Only a request without a body may leave its type out.
    return bytes.length > 0 && !request.headers.has('content-type') ? otherType(formats) : bytes
  } catch (error) {
    if (isZlibError(error)) return problem(400, `the body is not gzip: ${(error as Error).message}`)
    return problem(400, 'the body ended before it was complete')
  }
}

/** What can be said before the body is read. */
function refuseHead(headers: Headers, limit: number, formats: readonly BodyFormat[]): Response | undefined {
  const encoding = encodingOf(headers)
  const type = headers.get('content-type')
  if (type !== null && !formats.some(format => format === bodyFormat(type))) return otherType(formats)
  // RFC 9110, section 15.5.16: a 415 about the coding names those that would do.
  if (!isGzip(encoding) && encoding !== 'identity')
    return problem(415, `Content-Encoding ${encoding} is not supported: use gzip or none`, [], {
      'Accept-Encoding': 'gzip, identity',
    })
  return Number(headers.get('content-length') ?? 0) > limit ? tooLarge(limit, headers) : undefined
}

type Read = Uint8Array<ArrayBuffer> | 'too large' | 'busy'

interface Reading extends Pick<BodyOptions, 'incoming'> {
  readonly request: Request
  readonly lease: BodyLease
  readonly limit: number
}

async function readStream({ request, incoming, lease, limit }: Reading): Promise<Read> {
  const sent = incoming ?? streamOf(request)
  if (sent === undefined) return new Uint8Array()
  const isOurs = incoming === undefined
  if (!isGzip(encodingOf(request.headers))) return collect(sent, lease, limit, isOurs)
  const unzipped = createGunzip({ chunkSize: UNZIPPED_CHUNK })
  sent.once('error', error => unzipped.destroy(error))
  try {
    return await collect(sent.pipe(unzipped), lease, limit)
  } finally {
    sent.unpipe(unzipped)
    if (isOurs) sent.destroy()
  }
}

function streamOf({ body }: Request): Readable | undefined {
  return body === null ? undefined : Readable.fromWeb(body as ReadableStream<Uint8Array>)
}

function encodingOf(headers: Headers): string {
  return (headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
}

function isGzip(encoding: string): boolean {
  return encoding === 'gzip' || encoding === 'x-gzip'
}

/** Of a connection the stream stays when the loop is left early: there is still something to be answered on it. */
async function collect(stream: Readable, lease: BodyLease, limit: number, isOurs = true): Promise<Read> {
  const chunks: Uint8Array[] = []
  let size = 0
  const iterator = stream.iterator({ destroyOnReturn: isOurs }) as AsyncIterable<Uint8Array>
  for await (const chunk of iterator) {
    size += chunk.byteLength
    if (size > limit) return 'too large'
    if (!lease.take(chunk.byteLength)) return 'busy'
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

/** Others get their turn now and then: a hundred megabytes take a tenth of a second. */
async function joined(chunks: readonly Uint8Array[], size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size)
  let offset = 0
  let turn = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
    if (offset - turn < TURN) continue
    turn = offset
    await setImmediate()
  }
  return bytes
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

function otherType(formats: readonly BodyFormat[]): Response {
  const types = formats.map(format => `application/${format}`)
  const names = formats.map(format => format.toUpperCase())
  return problem(415, `the body must be ${names.join(' or ')}: Content-Type ${types.join(' or ')}`, [], {
    Accept: types.join(', '),
  })
}

function tooLarge(limit: number, headers: Headers): Response {
  const isYaml = bodyFormat(headers.get('content-type') ?? '') === 'yaml'
  const hint = isYaml ? ': send JSON, which is read faster and may be larger' : ''
  return problem(413, `the body is larger than ${limit} bytes (after decompression)${hint}`)
}
