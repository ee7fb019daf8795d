import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { decode, encode } from '../../src/proto/message.ts'
import { aggregatedDiscoveryService } from '../../src/proto/service.ts'
import type { Response } from './grpc-client.ts'

const FRAME_HEADER = 5

/** A client that takes nothing off its stream until it is told to; grpc-js clients read ahead of their callers. */
export class SlowReader {
  readonly #session: ClientHttp2Session
  readonly #stream: ClientHttp2Stream

  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`)
    this.#stream = this.#session.request({
      ':method': 'POST',
      ':path': aggregatedDiscoveryService.delta.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    this.#stream.pause()
  }

  begin(typeUrl: string): void {
    const request = { node: { id: 'slow', cluster: 'edge' }, typeUrl }
    const bytes = encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', request)
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
        yield decode('envoy.service.discovery.v3.DeltaDiscoveryResponse', bytes) as unknown as Response
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
