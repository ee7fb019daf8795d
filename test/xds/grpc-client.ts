import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject } from '@grpc/grpc-js'
import { decode, encode } from '../../src/proto/message.ts'
import { DISCOVERY_SERVICES } from '../../src/proto/service.ts'

const MESSAGES = { delta: 'DeltaDiscovery', sotw: 'Discovery' }
const PACKAGE = 'envoy.service.discovery.v3'

export interface Response {
  typeUrl: string
  nonce: string
  systemVersionInfo?: string
  resources?: { name: string; version: string; resource: Record<string, unknown> }[]
  removedResources?: string[]
  controlPlane?: { identifier: string }
}

/** A response of the state of the world. */
export interface StateResponse {
  typeUrl: string
  versionInfo: string
  nonce: string
  resources?: { '@type': string; name?: string; clusterName?: string }[]
  controlPlane?: { identifier: string }
}

export interface StreamKind {
  readonly form?: 'delta' | 'sotw'
  /** Of a stream of one type; default: ADS. */
  readonly only?: string
}

/** One stream of a raw grpc-js client; responses are awaited, never slept for. */
export class TestStream {
  readonly call: ClientDuplexStream<Buffer, Buffer>
  readonly status: Promise<StatusObject>
  readonly #form: 'delta' | 'sotw'
  readonly #responses: Response[] = []
  readonly #waiting: ((response: Response) => void)[] = []

  constructor(client: Client, metadata: Record<string, string>, { form = 'delta', only }: StreamKind) {
    this.#form = form
    const service = DISCOVERY_SERVICES.find(({ typeUrl }) => typeUrl === only)
    if (service === undefined) throw new Error(`no service is for ${only}`)
    const { path, requestSerialize, responseDeserialize } = service[form]
    const headers = new Metadata()
    for (const [key, value] of Object.entries(metadata)) headers.set(key, value)
    this.call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, headers)
    this.status = new Promise(resolve => this.call.on('status', resolve))
    this.call.on('error', () => undefined)
  }

  /** Responses are read from the moment at which somebody asks for one. */
  async next(): Promise<Response> {
    if (this.call.listenerCount('data') === 0) this.call.on('data', bytes => this.#onResponse(bytes))
    const response = this.#responses.shift()
    if (response) return response
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve)
      this.status.then(
        ({ code, details }) => reject(new Error(`the stream ended: ${code} ${details}`)),
        reject,
      )
    })
  }

  send(request: object): void {
    const message = `${PACKAGE}.${MESSAGES[this.#form]}Request`
    this.call.write(Buffer.from(encode(message, request)))
  }

  async nextState(): Promise<StateResponse> {
    return (await this.next()) as unknown as StateResponse
  }

  /** The first request of a stream, with a node. */
  begin(typeUrl: string, request: object = {}, node: object = {}): void {
    this.send({
      node: { id: 'n1', cluster: 'edge', locality: { region: 'r1', zone: 'zone-a' }, ...node },
      typeUrl,
      ...request,
    })
  }

  ack({ typeUrl, nonce }: Response): void {
    this.send({ typeUrl, responseNonce: nonce })
  }

  #onResponse(bytes: Buffer): void {
    const message = `${PACKAGE}.${MESSAGES[this.#form]}Response`
    const response = decode(message, bytes) as unknown as Response
    const waiting = this.#waiting.shift()
    if (waiting) waiting(response)
    else this.#responses.push(response)
  }
}

/** One connection. */
export class TestClient {
  readonly #client: Client

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
    })
  }

  stream(metadata: Record<string, string> = {}, kind: StreamKind = {}): TestStream {
    return new TestStream(this.#client, metadata, kind)
  }

  close(): void {
    this.#client.close()
  }
}
