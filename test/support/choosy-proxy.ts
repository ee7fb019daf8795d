import { TestClient, type TestStream } from '../xds/grpc-client.ts'
import { CDS } from '../xds/protocol/session.ts'

/** A cluster as Envoy would see it, as far as a test looks at it. */
interface Cluster {
  readonly connectTimeout?: string
}

/**
 * A proxy that wants all clusters, and says of each response at once whether it takes it: it refuses, by name, those with
 * a connect timeout that it does not like, takes the rest, and keeps what it had.
 */
export class ChoosyProxy {
  readonly id: string
  /** Connect timeouts of the clusters that it uses, by name. */
  readonly has: Map<string, string | undefined> = new Map()
  /** How many responses it refused. */
  refusals = 0
  readonly #client: TestClient
  readonly #stream: TestStream
  readonly #versions: Map<string, string> = new Map()
  readonly #refused: ReadonlySet<string>
  readonly #changes = new Set<() => void>()

  /** `known`: of an earlier stream of its own. */
  constructor(xds: string, id: string, refused: readonly string[], known?: ChoosyProxy) {
    this.id = id
    this.#refused = new Set(refused)
    if (known !== undefined) {
      this.#versions = new Map(known.#versions)
      this.has = new Map(known.has)
    }
    this.#client = new TestClient(xds)
    this.#stream = this.#client.stream()
    const initialResourceVersions = Object.fromEntries(this.#versions)
    this.#stream.begin(CDS, { resourceNamesSubscribe: ['*'], initialResourceVersions }, { id })
    this.#listen().catch(() => {})
  }

  /** Resolves when this is true of what it has. */
  async until(isSo: (proxy: ChoosyProxy) => boolean): Promise<void> {
    while (!isSo(this)) await new Promise<void>(resolve => this.#changes.add(resolve))
  }

  close(): void {
    this.#stream.call.cancel()
    this.#client.close()
  }

  async #listen(): Promise<void> {
    for (;;) {
      const { nonce, resources = [], removedResources = [] } = await this.#stream.next()
      const isBad = ({ connectTimeout = '' }: Cluster) => this.#refused.has(connectTimeout)
      const bad = resources.filter(one => isBad(one.resource)).map(({ name }) => name)
      for (const { name, version, resource } of resources) {
        if (bad.includes(name)) continue
        this.#versions.set(name, version)
        this.has.set(name, (resource as Cluster).connectTimeout)
      }
      for (const name of removedResources) this.has.delete(name)
      const message = `bad timeout of ${bad.join(', ')}`
      const errorDetail = bad.length > 0 ? { errorDetail: { code: 3, message } } : {}
      if (bad.length > 0) this.refusals += 1
      this.#stream.send({ typeUrl: CDS, responseNonce: nonce, ...errorDetail })
      for (const resolve of this.#changes) resolve()
      this.#changes.clear()
    }
  }
}
