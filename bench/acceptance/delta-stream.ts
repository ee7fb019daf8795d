import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import {
  ASSIGNMENTS,
  CLUSTERS,
  decodeResponse,
  encodeRequest,
  type Request,
  type Response,
} from './delta-protocol.ts'

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'

export interface Standpoint {
  readonly id: string
  readonly gateway: string
  readonly region: string
  readonly zone: string
  readonly node?: string
}

/** One delta ADS stream over a connection of its own, as an Envoy would open it. */
export class DeltaStream {
  readonly #client: Client
  readonly #call: ClientDuplexStream<Request, Response>
  #node: object | undefined

  /** `onEnd` is called once, however the stream ends. */
  constructor(
    address: string,
    standpoint: Standpoint,
    onResponse: (response: Response) => void,
    onEnd: () => void = () => {},
  ) {
    const { id, gateway, region, zone, node } = standpoint
    this.#node = {
      id,
      cluster: gateway,
      locality: { region, zone },
      ...(node && { metadata: { fields: { node: { stringValue: node } } } }),
    }
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
      // As `vicinity bootstrap` tells Envoy.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 5_000,
    })
    this.#call = this.#client.makeBidiStreamRequest(METHOD, encodeRequest, decodeResponse)
    this.#call.on('data', onResponse)
    this.#call.on('error', () => undefined)
    this.#call.on('status', onEnd)
  }

  /** The node goes with the first message only. */
  send(request: Request): void {
    this.#call.write({ ...(this.#node && { node: this.#node }), ...request })
    this.#node = undefined
  }

  acknowledge({ typeUrl, nonce }: Response): void {
    this.send({ typeUrl, responseNonce: nonce })
  }

  close(): void {
    this.#call.cancel()
    this.#client.close()
  }
}

/** Follows clusters and their assignments as Envoy does and remembers the version of each resource. */
export class Follower {
  readonly versions = { [CLUSTERS]: new Map<string, string>(), [ASSIGNMENTS]: new Map<string, string>() }
  /** Resources received on the current stream. */
  received = 0
  readonly #address: string
  readonly #standpoint: Standpoint
  #stream: DeltaStream | undefined

  constructor(address: string, standpoint: Standpoint) {
    this.#address = address
    this.#standpoint = standpoint
  }

  /** Opens a stream (again), telling what is known already. */
  connect(): void {
    this.#stream?.close()
    this.received = 0
    const stream = new DeltaStream(this.#address, this.#standpoint, response => this.#take(stream, response))
    this.#stream = stream
    const known = (typeUrl: string) => Object.fromEntries(this.#known(typeUrl))
    stream.send({ typeUrl: CLUSTERS, initialResourceVersions: known(CLUSTERS) })
    const names = [...this.#known(ASSIGNMENTS).keys()]
    if (names.length === 0) return
    stream.send({
      typeUrl: ASSIGNMENTS,
      resourceNamesSubscribe: names,
      initialResourceVersions: known(ASSIGNMENTS),
    })
  }

  close(): void {
    this.#stream?.close()
  }

  #known(typeUrl: string): Map<string, string> {
    return this.versions[typeUrl as keyof typeof this.versions] ?? new Map()
  }

  #take(stream: DeltaStream, response: Response): void {
    const known = this.#known(response.typeUrl)
    const fresh = response.resources.filter(({ name }) => !known.has(name)).map(({ name }) => name)
    for (const { name, version } of response.resources) known.set(name, version)
    for (const name of response.removedResources) known.delete(name)
    this.received += response.resources.length
    if (response.typeUrl === CLUSTERS && fresh.length > 0) {
      stream.send({ typeUrl: ASSIGNMENTS, resourceNamesSubscribe: fresh })
    }
    stream.acknowledge(response)
  }
}
