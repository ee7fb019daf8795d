import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import type { Gatekeeper } from './batches.ts'
import type { ReferencesInUse } from './holdings.ts'
import type { Subscription } from './subscription.ts'

/**
 * How long a client that comes back has to subscribe to its types, in milliseconds. Envoy does so in any order: after a
 * stream that ended early its routes may come some time before its clusters.
 */
export const RETURN_GRACE = 1_000

const NONE: readonly string[] = []

/** Which type names resources of this one. */
const REFERRERS: Readonly<Record<string, string>> = {
  [TYPE_URLS.cluster]: TYPE_URLS.routes,
  [TYPE_URLS.endpoints]: TYPE_URLS.cluster,
  [TYPE_URLS.routes]: TYPE_URLS.listener,
}

/**
 * Make before break (xDS protocol, "Eventual consistency considerations"), for one moment of one stream: decides
 * whether a resource may be sent, or a removal, before what it hangs on was sent and answered. Only types that the
 * stream subscribes to are looked at; what a client that has come back hangs on may still be subscribed to.
 */
export class Gates implements Gatekeeper {
  readonly #names: Names
  readonly #subscriptions: ReadonlyMap<string, Subscription>
  readonly #returningUntil: number
  readonly #isIdle: boolean
  readonly #inUse = new Map<string, ReferencesInUse>()
  readonly #current = new Map<string, ReadonlySet<string>>()

  /**
   * `returningUntil`: when the stream's client has subscribed to all that it had; 0 where it had nothing. `isIdle`: it
   * had nothing, and has not answered anything yet.
   */
  constructor(
    names: Names,
    subscriptions: ReadonlyMap<string, Subscription>,
    { returningUntil, isIdle }: { returningUntil: number; isIdle: boolean },
  ) {
    this.#names = names
    this.#subscriptions = subscriptions
    this.#returningUntil = returningUntil
    this.#isIdle = isIdle
  }

  isOpen(typeUrl: string): boolean {
    return typeUrl !== TYPE_URLS.routes
  }

  /**
   * A route configuration waits for its clusters and their assignments. Clusters and assignments come first by order;
   * a listener need not wait, Envoy warms it until its routes are there. Where nothing is served yet, nothing can break:
   * an Envoy answers its clusters before it asks for routes, and others may never answer.
   */
  additionAt(typeUrl: string, resource: Resource, now: number): number {
    const clusters = this.#subscriptions.get(TYPE_URLS.cluster)
    if (this.isOpen(typeUrl) || this.#isIdle) return 0
    if (!clusters) return this.#returnedAt(now)
    const ids = this.#names.idsOf(resource.references)
    const endpoints = this.#subscriptions.get(TYPE_URLS.endpoints)
    const named = this.#names.setOf(ids)
    // Thousands of names: most are seen at once to wait for an answer, or all to have theirs. What is on its way is waited
    // for even where it was withheld since: it is answered soon, or given up.
    const awaitedUntil = clusters.awaitedUntil(named, now) || endpoints?.awaitedUntil(named, now)
    if (awaitedUntil) return awaitedUntil
    if (clusters.isSettled && endpoints?.isSettled !== false && clusters.hasAll(ids)) return 0
    for (const id of ids) {
      // Proxyless gRPC asks for a cluster only after it was named: not subscribed, not waited for.
      const opensAt = clusters.wants(id) ? this.#clusterAt(clusters, id, now) : 0
      // It is looked at again then, or when something happens: the others may wait longer.
      if (opensAt > 0) return opensAt
    }
    return 0
  }

  removalAt(typeUrl: string, id: NameId, now: number): number {
    const referrers = this.#subscriptions.get(REFERRERS[typeUrl] ?? '')
    const isCluster = typeUrl === TYPE_URLS.cluster
    if (!referrers) return isCluster ? this.#returnedAt(now) : 0
    // A parent that goes on naming it would never let it go: then its absence is what there is to say.
    const name = this.#names.textOf(id)
    if (!isCluster && this.#currentOf(referrers).has(name)) return 0
    return this.#unusedAt(referrers, name, now)
  }

  /**
   * Envoy takes the listeners of a response one after the other, and refuses one whose address another still has. So
   * those that change places, or move up, leave theirs first; one that moves to a free place goes there by itself.
   */
  mustLeave(typeUrl: string, id: NameId, { place }: Resource): boolean {
    const subscription = this.#subscriptions.get(typeUrl)
    const held = subscription?.deliveries.holdings.get(id)?.place
    return held !== undefined && held !== place && subscription?.isCrowded(id, held, place) === true
  }

  #clusterAt(clusters: Subscription, id: NameId, now: number): number {
    const { holdings } = clusters.deliveries
    let knownAt = holdings.knownAt(id, now)
    const endpoints = this.#subscriptions.get(TYPE_URLS.endpoints)
    // Of what nobody is sent routes go out without it, as they do without a service that is not there.
    if (knownAt > 0 && clusters.isWithheld(id)) return 0
    if (knownAt > 0 || !endpoints) return knownAt
    for (const assignment of this.#names.referencesOf(id, holdings.get(id)?.references ?? NONE))
      if (endpoints.wants(assignment)) knownAt = Math.max(knownAt, endpoints.answeredAt(assignment, now))
    return knownAt
  }

  #returnedAt(now: number): number {
    return now < this.#returningUntil ? this.#returningUntil : 0
  }

  #currentOf(referrers: Subscription): ReadonlySet<string> {
    let current = this.#current.get(referrers.typeUrl)
    if (!current) {
      current = referrers.currentReferences()
      this.#current.set(referrers.typeUrl, current)
    }
    return current
  }

  /** When no version of the referrers that the client may be using names it any more. */
  #unusedAt(referrers: Subscription, name: string, now: number): number {
    let inUse = this.#inUse.get(referrers.typeUrl)
    if (!inUse) {
      inUse = referrers.deliveries.referencesInUse(now)
      this.#inUse.set(referrers.typeUrl, inUse)
    }
    return inUse.unknown || inUse.names.has(name) ? inUse.until : 0
  }
}
