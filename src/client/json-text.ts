import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'

/** JSON on its way to the server. */
export interface JsonText {
  readonly bytes: Uint8Array
  readonly isZipped: boolean
  /** Bytes of the text itself. */
  readonly length: number
}

const GZIP_FROM = 64 * 1024
/** Of a hundred megabytes of JSON the best compression takes three times as long and is a third smaller. */
const FAST = { level: constants.Z_BEST_SPEED }

export function jsonText(bytes: Uint8Array): JsonText {
  return { bytes, isZipped: false, length: bytes.length }
}

/** The same, zipped where that is worth it. */
export async function zippedText(text: JsonText): Promise<JsonText> {
  if (text.isZipped || text.length < GZIP_FROM) return text
  return { bytes: await promisify(gzip)(text.bytes, FAST), isZipped: true, length: text.length }
}

/** A text that is zipped while it is read, so that little of it is in memory. */
export async function zippedStream(chunks: AsyncIterable<Buffer>): Promise<JsonText> {
  const zipped: Buffer[] = []
  let length = 0
  async function* counted() {
    for await (const chunk of chunks) {
      length += chunk.length
      yield chunk
    }
  }
  await pipeline(counted, createGzip(FAST), async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) zipped.push(part)
  })
  return { bytes: Buffer.concat(zipped), isZipped: true, length }
}
