import { type Client, type ClientDuplexStream, Metadata, type StatusObject } from '@grpc/grpc-js'
import { encode } from '../../src/proto/message.ts'
import { type Form, pathOf } from './forms.ts'
import { type Response, readResponse } from './response.ts'

const pass = (bytes: Buffer) => bytes

/** One call. */
export class RawStream {
  readonly call: ClientDuplexStream<Buffer, Buffer>
  readonly status: Promise<StatusObject>

  constructor(client: Client, path: string, metadata: Readonly<Record<string, string>> = {}) {
    const headers = new Metadata()
    for (const [key, value] of Object.entries(metadata)) headers.set(key, value)
    this.call = client.makeBidiStreamRequest(path, pass, pass, headers)
    this.status = new Promise(resolve => this.call.on('status', resolve))
    this.call.on('error', () => undefined)
  }

  write(bytes: Uint8Array): void {
    this.call.write(Buffer.from(bytes))
  }
}

/** The streams of one client: one for all types where they are aggregated, else one for each type. */
export class Streams {
  readonly form: Form
  readonly #client: Client
  readonly #node: object
  readonly #calls = new Map<string, RawStream>()
  readonly #arrived: Response[] = []
  readonly #waiting = new Set<() => void>()
  #failure: Error | undefined

  constructor(client: Client, form: Form, node: object) {
    this.#client = client
    this.form = form
    this.#node = node
  }

  /** The node goes with the first message of each stream only, unless the request has one. */
  send(typeUrl: string, request: object): void {
    const { call, isNew } = this.#open(typeUrl)
    const message = this.form.isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'
    const whole = { ...(isNew && { node: this.#node }), typeUrl, ...request }
    call.write(encode(`envoy.service.discovery.v3.${message}`, whole))
  }

  /** The stream of a type, opened where it is not yet. */
  stream(typeUrl: string): RawStream {
    return this.#open(typeUrl).call
  }

  /** The next response, of whatever type. */
  next(): Promise<Response> {
    return this.#take(() => true, 'a response')
  }

  /** The next response of a type; those of others wait for who asks for them. */
  take(typeUrl: string): Promise<Response> {
    return this.#take(one => one.typeUrl === typeUrl, `a response of ${typeUrl}`)
  }

  /** Nothing has arrived that nobody has looked at. */
  get isQuiet(): boolean {
    return this.#arrived.length === 0
  }

  /** Says that it has said everything; resolves when the server has ended the streams too. */
  async finish(): Promise<StatusObject[]> {
    const calls = [...this.#calls.values()]
    for (const { call } of calls) call.end()
    return Promise.all(calls.map(({ status }) => status))
  }

  close(): void {
    for (const { call } of this.#calls.values()) call.cancel()
  }

  #open(typeUrl: string): { call: RawStream; isNew: boolean } {
    const key = this.form.isAggregated ? '' : typeUrl
    const open = this.#calls.get(key)
    if (open) return { call: open, isNew: false }
    const stream = new RawStream(this.#client, pathOf(this.form, typeUrl))
    this.#calls.set(key, stream)
    stream.call.on('data', bytes => this.#onResponse(bytes))
    void stream.status.then(({ code, details }) => this.#fail(`the stream ended: ${code} ${details}`))
    return { call: stream, isNew: true }
  }

  #onResponse(bytes: Buffer): void {
    this.#arrived.push(readResponse(this.form, bytes))
    for (const look of this.#waiting) look()
  }

  #fail(reason: string): void {
    this.#failure = new Error(reason)
    for (const look of this.#waiting) look()
  }

  #take(fits: (response: Response) => boolean, what: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        act()
      }
      const look = () => {
        const index = this.#arrived.findIndex(fits)
        const failure = this.#failure
        if (index >= 0) end(() => resolve(this.#arrived.splice(index, 1)[0] as Response))
        else if (failure) end(() => reject(failure))
      }
      const timer = setTimeout(() => end(() => reject(new Error(`waited in vain for ${what}`))), PATIENCE)
      this.#waiting.add(look)
      look()
    })
  }
}

/** Only what never comes is waited for as long, in milliseconds. */
const PATIENCE = 10_000
