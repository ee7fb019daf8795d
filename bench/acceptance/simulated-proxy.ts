import { ASSIGNMENTS, CLUSTERS, LISTENERS, type Request, type Response, ROUTES } from './delta-protocol.ts'
import { DeltaStream, type Standpoint } from './delta-stream.ts'

const TYPES = [CLUSTERS, LISTENERS, ASSIGNMENTS, ROUTES] as const

/** An assignment has the name of its cluster, a route configuration that of its listener. */
const CHILDREN: Readonly<Record<string, string>> = { [CLUSTERS]: ASSIGNMENTS, [LISTENERS]: ROUTES }

/** Envoy's own: it tries again after a random time up to so many milliseconds, doubled with each failure. */
const FIRST_BACKOFF = 500
const LONGEST_BACKOFF = 30_000

/** What all streams of a proxy brought together. */
export interface Received {
  streams: number
  resources: number
  removed: number
  /** Of resources alone. */
  bytes: number
}

/**
 * One proxy as a control plane sees it: subscribes to what an Envoy would, remembers the versions of what it has, and
 * comes back with them when its stream ends. It keeps nothing else of a resource: a process holds thousands.
 */
export class SimulatedProxy {
  /** By type and name. */
  readonly versions = new Map<string, Map<string, string>>(TYPES.map(type => [type, new Map()]))
  readonly received: Received = { streams: 0, resources: 0, removed: 0, bytes: 0 }
  readonly #address: () => string
  readonly #standpoint: Standpoint
  readonly #onResponse: (response: Response) => void
  #stream: DeltaStream | undefined
  #failures = 0
  #retry: NodeJS.Timeout | undefined

  /** `address` is asked whenever it connects: a load balancer's choice. `onResponse` sees what was just taken. */
  constructor(
    address: () => string,
    standpoint: Standpoint,
    onResponse: (response: Response) => void = () => {},
  ) {
    this.#address = address
    this.#standpoint = standpoint
    this.#onResponse = onResponse
  }

  connect(): void {
    this.received.streams += 1
    const stream = new DeltaStream(
      this.#address(),
      this.#standpoint,
      response => this.#take(stream, response),
      () => this.#onEnd(stream),
    )
    this.#stream = stream
    for (const typeUrl of [CLUSTERS, LISTENERS]) stream.send({ typeUrl, ...this.#known(typeUrl) })
    for (const [parent, typeUrl] of Object.entries(CHILDREN)) {
      const names = [...this.#of(parent).keys()]
      if (names.length > 0) stream.send({ typeUrl, resourceNamesSubscribe: names, ...this.#known(typeUrl) })
    }
  }

  close(): void {
    clearTimeout(this.#retry)
    const stream = this.#stream
    this.#stream = undefined
    stream?.close()
  }

  #of(typeUrl: string): Map<string, string> {
    return this.versions.get(typeUrl) ?? new Map()
  }

  #known(typeUrl: string): Pick<Request, 'initialResourceVersions'> {
    return { initialResourceVersions: Object.fromEntries(this.#of(typeUrl)) }
  }

  #take(stream: DeltaStream, response: Response): void {
    if (stream !== this.#stream) return
    this.#failures = 0
    const { typeUrl, resources, removedResources } = response
    const known = this.#of(typeUrl)
    const fresh = resources.filter(({ name }) => !known.has(name)).map(({ name }) => name)
    const gone = removedResources.filter(name => known.delete(name))
    for (const { name, version } of resources) known.set(name, version)
    this.received.resources += resources.length
    this.received.removed += removedResources.length
    for (const { resource } of resources) this.received.bytes += resource.value.length
    const child = CHILDREN[typeUrl]
    if (child !== undefined) this.#follow(stream, child, fresh, gone)
    this.#onResponse(response)
    stream.acknowledge(response)
  }

  #follow(stream: DeltaStream, typeUrl: string, fresh: readonly string[], gone: readonly string[]): void {
    for (const name of gone) this.#of(typeUrl).delete(name)
    if (fresh.length + gone.length === 0) return
    stream.send({ typeUrl, resourceNamesSubscribe: fresh, resourceNamesUnsubscribe: gone })
  }

  #onEnd(stream: DeltaStream): void {
    if (stream !== this.#stream) return
    stream.close()
    const longest = Math.min(FIRST_BACKOFF * 2 ** this.#failures, LONGEST_BACKOFF)
    this.#failures += 1
    this.#retry = setTimeout(() => this.connect(), Math.random() * longest)
  }
}
