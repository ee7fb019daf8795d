import { encodeHeartbeat } from '../../proto/discovery-resource.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'

/** One message of a heartbeat: names of one type that live on. */
export interface Heartbeat {
  readonly typeUrl: string
  /** Encoded `envoy.service.discovery.v3.Resource`s. */
  readonly resources: readonly Uint8Array[]
}

/** What a client has for certain, by type URL. */
export type AcceptedVersions = Iterable<
  readonly [string, Iterable<readonly [NameId, { readonly version: string }]>]
>

/** Of a time to live: so often is said that things live on, in case that one message is late. */
const PART = 3

/** Names in one message: some hundred kilobytes. */
const NAMES_AT_ONCE = 2_000

/**
 * When one client is told that what it has lives on (xDS protocol, "TTL"). What is on its way needs no heartbeat, and a
 * refused version gets none: a heartbeat of another version than the client's would be an update without a body.
 */
export class Heartbeats {
  readonly #names: Pick<Names, 'textOf'>
  /** In milliseconds. */
  readonly #ttl: number
  #dueAt: number
  /** Names of one type each, for one message each. */
  readonly #queue: { readonly typeUrl: string; readonly ids: readonly NameId[] }[] = []

  constructor(names: Pick<Names, 'textOf'>, ttl: number, now: number) {
    this.#names = names
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
      for (const [typeUrl, versions] of accepted())
        this.#add(
          typeUrl,
          Array.from(versions, ([id]) => id),
        )
    }
    for (let one = this.#queue.shift(); one; one = this.#queue.shift()) {
      const resources = this.#resources(one.ids, new Map(new Map(accepted()).get(one.typeUrl)))
      if (resources.length > 0) return { typeUrl: one.typeUrl, resources }
    }
    return undefined
  }

  #add(typeUrl: string, ids: readonly NameId[]): void {
    for (let from = 0; from < ids.length; from += NAMES_AT_ONCE)
      this.#queue.push({ typeUrl, ids: ids.slice(from, from + NAMES_AT_ONCE) })
  }

  /** In the versions of this moment: they may have waited while something newer was sent. */
  #resources(
    ids: readonly NameId[],
    versions: ReadonlyMap<NameId, { readonly version: string }>,
  ): Uint8Array[] {
    return ids.flatMap(id => {
      const known = versions.get(id)
      return known === undefined ? [] : [encodeHeartbeat(this.#names.textOf(id), known.version, this.#ttl)]
    })
  }
}
