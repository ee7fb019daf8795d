import { type Client, type ClientDuplexStream, Metadata, type status } from '@grpc/grpc-js'
import { decode, encode } from '../../../src/proto/message.ts'
import { loadReportingService } from '../../../src/proto/service.ts'

const SENDS_ALL = 'envoy.lrs.supports_send_all_clusters'

interface Asked {
  sendAllClusters?: boolean
  clusters?: string[]
  loadReportingInterval: string
}

/** One stream of load reports of a raw grpc-js client. */
export class ReportStream {
  readonly #call: ClientDuplexStream<Buffer, Buffer>
  readonly asked: Asked[] = []
  readonly status: Promise<{ code: status; details: string }>

  constructor(client: Client, token?: string) {
    const { path, requestSerialize, responseDeserialize } = loadReportingService.streamLoadStats
    const metadata = new Metadata()
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
    this.#call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
    this.#call.on('data', (bytes: Buffer) => {
      this.asked.push(decode('envoy.service.load_stats.v3.LoadStatsResponse', bytes) as unknown as Asked)
    })
    this.status = new Promise(resolve => this.#call.on('status', resolve))
    this.#call.on('error', () => {})
  }

  bytes(bytes: Uint8Array): void {
    this.#call.write(Buffer.from(bytes))
  }

  send(request: object): void {
    this.bytes(encode('envoy.service.load_stats.v3.LoadStatsRequest', request))
  }

  /** The first message, of an Envoy in zone-a. */
  begin(node: object = {}, request: object = {}): void {
    const locality = { region: 'r1', zone: 'zone-a' }
    this.send({
      node: { id: 'e1', cluster: 'edge', locality, clientFeatures: [SENDS_ALL], ...node },
      ...request,
    })
  }

  /** So many requests to each cluster and zone. */
  report(
    requests: readonly (readonly [cluster: string, zone: string, requests: number, errors?: number])[],
  ): void {
    this.send({ clusterStats: requests.map(one => statsOf(...one)) })
  }

  end(): void {
    this.#call.end()
  }

  cancel(): void {
    this.#call.cancel()
  }
}

/** Requests and errors to one cluster in one zone; '' is no zone at all. */
export function statsOf(clusterName: string, zone: string, requests: number, errors = 0): object {
  return {
    clusterName,
    upstreamLocalityStats: [
      {
        ...(zone !== '' && { locality: { region: 'r1', zone } }),
        totalIssuedRequests: String(requests),
        totalErrorRequests: String(errors),
      },
    ],
  }
}
