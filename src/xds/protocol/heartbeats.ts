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
  /** Names of one type each, for one message each. */
  readonly #queue: { readonly typeUrl: string; readonly names: readonly string[] }[] = []

  constructor(ttl: number, now: number) {
    this.#ttl = ttl
    this.#dueAt = now + ttl / PART
  }

  get wakeAt(): number {
    return this.#dueAt
  }

  /** The next message; undefined when there is none now. */
  next(now: number, accepted: () => AcceptedVersions): Heartbeat | undefined {
    // A client that reads slowly gets no second round before the first is over.
    if (now >= this.#dueAt && this.#queue.length === 0) {
      this.#dueAt = now + this.#ttl / PART
      for (const [typeUrl, versions] of accepted()) this.#add(typeUrl, [...versions.keys()])
    }
    for (let one = this.#queue.shift(); one; one = this.#queue.shift()) {
      const resources = this.#resources(one.names, new Map(accepted()).get(one.typeUrl))
      if (resources.length > 0) return { typeUrl: one.typeUrl, resources }
    }
    return undefined
  }

  #add(typeUrl: string, names: readonly string[]): void {
    for (let from = 0; from < names.length; from += NAMES_AT_ONCE)
      this.#queue.push({ typeUrl, names: names.slice(from, from + NAMES_AT_ONCE) })
  }

  /** In the versions of this moment: they may have waited while something newer was sent. */
  #resources(names: readonly string[], versions?: ReadonlyMap<string, string>): Uint8Array[] {
    return names.flatMap(name => {
      const version = versions?.get(name)
      return version === undefined ? [] : [encodeHeartbeat(name, version, this.#ttl)]
    })
  }
}
