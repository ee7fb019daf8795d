import type { ServerHttp2Stream } from 'node:http2'
import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js'

type Call = ServerDuplexStream<Buffer, Buffer>

/** What a call stands on, as grpc-js 1.14 has it (`BaseServerInterceptingCall`). */
interface Underneath {
  readonly stream: ServerHttp2Stream
  /** Takes what came off the stream, and keeps of it what is no whole message yet. */
  handleDataFrame(chunk: Buffer): void
  readonly decoder: Decoder
  /** Messages that the call was not told of yet. */
  readonly readQueue: readonly unknown[]
}

/** Of what was read, the pieces of a message that is not there as a whole; all stay until the next one begins. */
interface Decoder {
  /** 0: it waits for no piece. */
  readonly readState: number
  readCompressFlag: Buffer
  readPartialMessage: Buffer[]
}

/** Of a message on the wire: whether it is compressed, and its length. */
const PREFIX = 5

/** Up to this many bytes it costs less to copy a body than to write it by itself. */
const SMALL = 4 * 1024

const NO_METADATA = new Metadata()

const UNCOMPRESSED = Buffer.alloc(1)

/**
 * The messages of a call, past what the library does for each of them: it copies what is sent into a new buffer, and
 * tells of what comes by a promise, while it stops reading. Thus most of the time of a first sync went into copies of
 * equal bytes for each stream, and most of that of a push into ACKs. Everything else is the library's: the call's begin
 * and end, headers and status, compressed messages, and those that come in several parts, with their limit.
 */
export class MessageStream {
  readonly #call: Call
  readonly #underneath: Underneath
  #hasSent = false

  constructor(call: Call) {
    this.#call = call
    this.#underneath = (call as unknown as { readonly call: Underneath }).call
  }

  /**
   * To be called once; until then nothing is read. The bytes are a part of what was read at once: who keeps some of them
   * keeps all of that.
   */
  onMessage(take: (bytes: Buffer) => void): void {
    const underneath = this.#underneath
    const handleRest = underneath.handleDataFrame
    underneath.handleDataFrame = chunk => {
      let at = 0
      while (this.#isOpen && this.#hasReadAll) {
        const end = endOfMessage(chunk, at)
        if (end === undefined) break
        take(chunk.subarray(at + PREFIX, end))
        at = end
      }
      if (at === chunk.length) return
      handleRest.call(underneath, chunk.subarray(at))
      letGo(underneath.decoder)
    }
    this.#call.on('data', take)
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

/**
 * Each piece keeps all that was read with it, 64 KB at once: several times that for each stream that said in its last
 * large request which names it wants.
 */
function letGo(decoder: Decoder): void {
  if (decoder.readState !== 0) return
  decoder.readCompressFlag = UNCOMPRESSED
  decoder.readPartialMessage = []
}

/** Where the message ends that begins there; undefined: it is compressed, or not all of it is there. */
function endOfMessage(chunk: Buffer, at: number): number | undefined {
  if (chunk.length - at < PREFIX || chunk[at] !== 0) return undefined
  const end = at + PREFIX + chunk.readUInt32BE(at + 1)
  return end <= chunk.length ? end : undefined
}
