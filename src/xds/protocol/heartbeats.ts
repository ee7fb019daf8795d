import { encodeHeartbeat } from '../../proto/discovery-resource.ts'

/** One message of a heartbeat: names of one type that live on. */
export interface Heartbeat {
  readonly typeUrl: string
  /** Encoded `envoy.service.discovery.v3.Resource`s. */
  readonly resources: readonly Uint8Array[]
}

/** Version by name of what a client has for certain, by type URL. */
export type AcceptedVersions = Iterable<readonly [string, ReadonlyMap<string, string>]>

/** Of a time to live: so often is said that things live on, in case that one message is late. */
const PART = 3

/** Names in one message: some hundred kilobytes. */
const NAMES_AT_ONCE = 2_000

/**
 * When one client is told that what it has lives on (xDS protocol, "TTL"). What is on its way needs no heartbeat, and a
 * refused version gets none: a heartbeat of another version than the client's would be an update without a body.
 */
export class Heartbeats {
  /** In milliseconds. */
  readonly #ttl: number
  #dueAt: number
  readonly #queue: Heartbeat[] = []

  constructor(ttl: number, now: number) {
    this.#ttl = ttl
    this.#dueAt = now + ttl / PART
  }

  get wakeAt(): number {
    return this.#dueAt
  }

  /** The next message; undefined when there is none now. */
  next(now: number, accepted: () => AcceptedVersions): Heartbeat | undefined {
    if (now >= this.#dueAt) {
      this.#dueAt = now + this.#ttl / PART
      for (const [typeUrl, versions] of accepted()) this.#add(typeUrl, [...versions])
    }
    return this.#queue.shift()
  }

  #add(typeUrl: string, versions: readonly (readonly [string, string])[]): void {
    for (let from = 0; from < versions.length; from += NAMES_AT_ONCE) {
      const some = versions.slice(from, from + NAMES_AT_ONCE)
      const resources = some.map(([name, version]) => encodeHeartbeat(name, version, this.#ttl))
      this.#queue.push({ typeUrl, resources })
    }
  }
}
