import type { ServerHttp2Stream } from 'node:http2'
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js'

type Call = ServerDuplexStream<Buffer, Buffer>

/** What a call stands on, as grpc-js 1.14 has it (`BaseServerInterceptingCall`). */
interface Underneath {
  readonly stream: ServerHttp2Stream
  /** Takes what came off the stream, and keeps of it what is no whole message yet. */
  handleDataFrame(chunk: Buffer): void
  /** 0: nothing is kept. */
  readonly decoder: { readonly readState: number }
  /** Messages that the call was not told of yet. */
  readonly readQueue: readonly unknown[]
  readonly maxReceiveMessageSize: number
}

/** The beginning of a message of which the rest has not come. */
interface Beginning {
  readonly chunks: Buffer[]
  readonly length: number
  missing: number
}

/** Of a message on the wire: whether it is compressed, and its length. */
const PREFIX = 5

/** Up to this many bytes it costs less to copy a body than to write it by itself. */
const SMALL = 4 * 1024

const NO_METADATA = new Metadata()
const NOTHING = Buffer.alloc(0)

/**
 * The messages of a call, past what the library does for each of them: it copies what is sent into a new buffer, and
 * tells of what comes by a promise, while it stops reading. Thus most of the time of a first sync went into copies of
 * equal bytes for each stream, and most of that of a push into ACKs. Everything else is the library's: the call's begin
 * and end, headers and status, messages that are compressed or too large, and those that are cut in their first bytes.
 */
export class MessageStream {
  readonly #call: Call
  readonly #underneath: Underneath
  #beginning: Beginning | undefined
  #hasSent = false

  constructor(call: Call) {
    this.#call = call
    this.#underneath = (call as unknown as { readonly call: Underneath }).call
  }

  /** To be called once; until then nothing is read. The bytes are to be read at once: what comes next may take their place. */
  onMessage(take: (bytes: Buffer) => void): void {
    const underneath = this.#underneath
    const handleRest = underneath.handleDataFrame
    underneath.handleDataFrame = chunk => {
      const rest = this.#isOpen ? this.#read(chunk, take) : chunk
      if (rest.length > 0) handleRest.call(underneath, rest)
    }
    this.#call.on('data', take)
  }

  /** Returns what is for the library. */
  #read(chunk: Buffer, take: (bytes: Buffer) => void): Buffer {
    let at = this.#continue(chunk, take)
    while (at < chunk.length && this.#isOpen && this.#hasReadAll) {
      const length = lengthOfMessage(chunk, at)
      if (length === undefined || length > this.#underneath.maxReceiveMessageSize) break
      const begin = at + PREFIX
      at = begin + length
      if (at > chunk.length) {
        const missing = at - chunk.length
        this.#beginning = { chunks: [chunk.subarray(begin)], length, missing }
        return NOTHING
      }
      take(chunk.subarray(begin, at))
    }
    return chunk.subarray(at)
  }

  /** Where that ends which belongs to a message that has begun. */
  #continue(chunk: Buffer, take: (bytes: Buffer) => void): number {
    const beginning = this.#beginning
    if (beginning === undefined) return 0
    const end = Math.min(beginning.missing, chunk.length)
    beginning.chunks.push(chunk.subarray(0, end))
    beginning.missing -= end
    if (beginning.missing === 0) {
      this.#beginning = undefined
      take(inOne(beginning))
    }
    return end
  }

  /**
   * Sends one message: `head` and behind it `body`, which is not copied and must not change any more. `sent` is called
   * when the transport has taken it, and never when the call is over.
   */
  send(head: Uint8Array, body: Buffer, sent: () => void): void {
    const { stream } = this.#underneath
    if (!this.#isOpen) return
    if (!this.#hasSent) {
      this.#hasSent = true
      this.#call.sendMetadata(NO_METADATA)
    }
    const onWritten = (error?: Error | null) => {
      if (!error) sent()
    }
    const isSmall = body.length <= SMALL
    const beginning = Buffer.allocUnsafe(PREFIX + head.length + (isSmall ? body.length : 0))
    beginning[0] = 0
    beginning.writeUInt32BE(head.length + body.length, 1)
    beginning.set(head, PREFIX)
    if (isSmall) {
      beginning.set(body, PREFIX + head.length)
      stream.write(beginning, onWritten)
      return
    }
    stream.cork()
    stream.write(beginning)
    stream.write(body, onWritten)
    stream.uncork()
  }

  get #isOpen(): boolean {
    const { stream } = this.#underneath
    return !stream.destroyed && !stream.closed
  }

  /** The library has told of all that it was given, and keeps no part of a message. */
  get #hasReadAll(): boolean {
    const { decoder, readQueue } = this.#underneath
    return decoder.readState === 0 && readQueue.length === 0
  }
}

/** Of the message that begins there; undefined: it is compressed, or that is not there yet. */
function lengthOfMessage(chunk: Buffer, at: number): number | undefined {
  return chunk.length - at < PREFIX || chunk[at] !== 0 ? undefined : chunk.readUInt32BE(at + 1)
}

/**
 * Where messages of several chunks are put together: a fleet that comes back brings hundreds of megabytes, and V8 looks
 * through the whole heap each time that so much was allocated.
 */
const assembly = Buffer.allocUnsafeSlow(1024 * 1024)

function inOne({ chunks, length }: Beginning): Buffer {
  if (length > assembly.length) return Buffer.concat(chunks, length)
  let at = 0
  for (const chunk of chunks) {
    assembly.set(chunk, at)
    at += chunk.length
  }
  return assembly.subarray(0, length)
}
