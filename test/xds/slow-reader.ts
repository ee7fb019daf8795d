import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { decode, encode } from '../../src/proto/message.ts'
import { aggregatedDiscoveryService } from '../../src/proto/service.ts'
import type { Response } from './grpc-client.ts'

const FRAME_HEADER = 5

const MESSAGES = {
  delta: { request: 'DeltaDiscoveryRequest', response: 'DeltaDiscoveryResponse' },
  sotw: { request: 'DiscoveryRequest', response: 'DiscoveryResponse' },
} as const

/** A client that takes nothing off its stream until it is told to; grpc-js clients read ahead of their callers. */
export class SlowReader {
  readonly #session: ClientHttp2Session
  readonly #stream: ClientHttp2Stream
  readonly #form: keyof typeof MESSAGES

  constructor(port: number, form: keyof typeof MESSAGES = 'delta') {
    this.#form = form
    this.#session = connect(`http://127.0.0.1:${port}`)
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': aggregatedDiscoveryService[form].path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    this.#stream.pause()
  }

  begin(typeUrl: string, node: object = { id: 'slow', cluster: 'edge' }): void {
    const message = `envoy.service.discovery.v3.${MESSAGES[this.#form].request}`
    const bytes = encode(message, { node, typeUrl })
    const header = Buffer.alloc(FRAME_HEADER)
    header.writeUInt32BE(bytes.length, 1)
    this.#stream.write(Buffer.concat([header, bytes]))
  }

  async *read(): AsyncIterable<Response> {
    let rest = Buffer.alloc(0)
    for await (const chunk of this.#stream) {
      rest = Buffer.concat([rest, chunk as Buffer])
      while (rest.length >= FRAME_HEADER && rest.length >= FRAME_HEADER + rest.readUInt32BE(1)) {
        const end = FRAME_HEADER + rest.readUInt32BE(1)
        const bytes = rest.subarray(FRAME_HEADER, end)
        rest = rest.subarray(end)
        const message = `envoy.service.discovery.v3.${MESSAGES[this.#form].response}`
        yield decode(message, bytes) as unknown as Response
      }
    }
  }

  /** Resolves when the server asks to go elsewhere. */
  goaway(): Promise<void> {
    return new Promise(resolve => this.#session.once('goaway', () => resolve()))
  }

  close(): void {
    this.#session.destroy()
  }
}
