import type { DeltaRequest } from '../proto/delta-request.ts'
import { TYPE_URLS } from '../proto/type-urls.ts'
import type { Resource } from '../translate/resource.ts'
import type { Gates } from './gates.ts'
import { Holdings } from './holdings.ts'
import { namedIn, Rejections } from './rejection.ts'
import type { View } from './view.ts'

const WILDCARD = '*'

/** Only these may be subscribed without names (xDS protocol, "How the client specifies what resources to return"). */
const WILDCARD_TYPES: ReadonlySet<string> = new Set([TYPE_URLS.cluster, TYPE_URLS.listener])

/** A client that answers nothing must not fill the memory: beyond this the oldest response counts as answered. */
const UNANSWERED_LIMIT = 100

/** What of one type goes into one response. */
export interface Batch {
  readonly resources: Resource[]
  readonly removed: string[]
  /** There is more, which did not fit. */
  partial: boolean
}

interface SentResponse {
  readonly number: number
  readonly resources: readonly string[]
  readonly removed: readonly string[]
}

/**
 * One resource type on one stream: what the client wants, what it has, and what is due to be sent.
 *
 * Wildcard: off -> on by a first request without names (only clusters and listeners) or by subscribing "*";
 * on -> off by unsubscribing "*". Names are subscribed beside it and on their own; a type that was left with no names
 * is subscribed to nothing, never again to everything.
 *
 * A name becomes due when it changes in the view, is subscribed (again), or is forced; it stays due until it was
 * sent, or looked at and found equal. What a gate holds back stays due. Changes of what the client has go before what
 * it newly asked for, so that they do not wait behind a large first sync.
 */
export class Subscription {
  readonly typeUrl: string
  readonly holdings = new Holdings()
  /** Fairness between types: 0, or when this type last sent a part of something larger. */
  turn = 0
  readonly #view: View
  readonly #names = new Set<string>()
  #wildcard = false
  /** A wildcard is owed an answer even when there is nothing (Envoy would wait for 15 s). */
  #answerOwed = false
  #cursor: number
  readonly #changed = new Set<string>()
  readonly #asked = new Set<string>()
  /** Due to be sent although the client may have that version. */
  readonly #forced = new Set<string>()
  /** Responses without an answer by nonce, oldest first. */
  readonly #unanswered = new Map<string, SentResponse>()
  /** The oldest response that was given up for the limit's sake. */
  #givenUp = Number.POSITIVE_INFINITY
  readonly #rejections = new Rejections()
  #held = 0
  #wakeAt = Number.POSITIVE_INFINITY
  #lookedAt = -1

  constructor(typeUrl: string, view: View) {
    this.typeUrl = typeUrl
    this.#view = view
    this.#cursor = view.position
  }

  get status() {
    const { last } = this.#rejections
    return {
      typeUrl: this.typeUrl,
      wildcard: this.#wildcard,
      names: this.#names.size,
      sent: this.holdings.size,
      acked: this.holdings.acked,
      held: this.#held,
      ...(last && { rejected: { detail: last.detail, resources: last.resources, at: last.at } }),
    }
  }

  /** Number of the response whose rejection stands, 0 when none does. */
  get rejectedResponse(): number {
    return this.#rejections.last?.response ?? 0
  }

  get rejectedDetail(): string {
    return this.#rejections.last?.detail ?? ''
  }

  /** Nothing is left to send, held back things included. */
  get isSent(): boolean {
    return this.#changed.size === 0 && this.#asked.size === 0 && !this.#answerOwed
  }

  /** The oldest response without an answer; Infinity when there is none. */
  get oldestUnanswered(): number {
    const [first] = this.#unanswered.values()
    return Math.min(this.#givenUp, first?.number ?? Number.POSITIVE_INFINITY)
  }

  /** When to look again though nothing happened; Infinity: never. */
  get wakeAt(): number {
    return this.#held > 0 ? this.#wakeAt : Number.POSITIVE_INFINITY
  }

  wants(name: string): boolean {
    return this.#names.has(name) || (this.#wildcard && WILDCARD_TYPES.has(this.typeUrl))
  }

  /** As `Holdings.answeredAt`, but a name that is still to be sent is not answered. */
  answeredAt(name: string, now: number): number {
    if (!this.holdings.get(name) && this.#isDue(name)) return Number.POSITIVE_INFINITY
    return this.holdings.answeredAt(name, now)
  }

  /** Everything was sent, and answered or given up. */
  isQuiet(now: number): boolean {
    return this.isSent && this.holdings.isQuiet(now)
  }

  /** The names of a stream's first request of this type; `reload`: what must be sent though the client has it. */
  begin(request: DeltaRequest, reload: ReadonlySet<string>): void {
    const legacyWildcard = request.subscribe.length === 0 && request.unsubscribe.length === 0
    if (legacyWildcard && WILDCARD_TYPES.has(this.typeUrl)) this.#enterWildcard()
    this.update(request)
    for (const [name, version] of request.initialVersions) {
      // Names that are only there are no subscriptions.
      if (this.wants(name)) this.#claim(name, version, reload.has(name))
    }
    // A client that has something of this type waits for no first answer.
    if (request.initialVersions.size > 0) this.#answerOwed = false
  }

  update(request: Pick<DeltaRequest, 'subscribe' | 'unsubscribe'>): void {
    for (const name of request.unsubscribe) this.#unsubscribe(name)
    for (const name of request.subscribe) this.#subscribe(name)
  }

  /** Sends the name (again), although it did not change. */
  force(name: string): void {
    this.#forced.add(name)
    if (!this.#asked.has(name)) this.#changed.add(name)
  }

  /** Notes what changed in the view; cheap when nothing did. Returns whether anything is new to the client. */
  collect(): boolean {
    if (this.#view.position === this.#cursor) return false
    let isNews = false
    for (const name of this.#view.changedSince(this.#cursor)) {
      if (!this.wants(name)) continue
      if (this.#view.get(name)?.version === this.holdings.get(name)?.version) continue
      isNews = true
      if (!this.#asked.has(name)) this.#changed.add(name)
    }
    this.#cursor = this.#view.position
    return isNews
  }

  /**
   * What may be sent now, up to `limit` bytes (one resource may be larger); undefined: nothing. `moment` grows with
   * everything that may open a gate: what was held is looked at again only then, or when its time has come.
   */
  take(gates: Gates, limit: number, now: number, moment: number): Batch | undefined {
    if (this.isSent) {
      this.#held = 0
      return undefined
    }
    if (this.#lookedAt === moment && now < this.#wakeAt) return undefined
    const batch: Batch = { resources: [], removed: [], partial: false }
    this.#held = 0
    this.#wakeAt = Number.POSITIVE_INFINITY
    this.#fill(batch, this.#changed, gates, limit, now)
    if (!batch.partial) this.#fill(batch, this.#asked, gates, limit, now)
    if (batch.resources.length > 0 || batch.removed.length > 0 || this.#answerOwed) {
      this.#answerOwed = false
      return batch
    }
    this.#lookedAt = moment
    return undefined
  }

  sent(batch: Batch, nonce: string, response: number, now: number): void {
    for (const resource of batch.resources) this.holdings.put(resource.name, resource, response, now)
    for (const name of batch.removed) this.holdings.put(name, undefined, response, now)
    this.#unanswered.set(nonce, {
      number: response,
      resources: batch.resources.map(resource => resource.name),
      removed: batch.removed,
    })
    if (this.#unanswered.size > UNANSWERED_LIMIT) this.#giveUpOldest()
  }

  /**
   * An ACK, or with `error` a NACK. Clients answer in order, so an answer stands for the responses before it as well.
   * False: no response that waits for an answer has this nonce, and nothing happens.
   */
  answer(nonce: string, error: string | undefined, at: string): boolean {
    if (!this.#unanswered.has(nonce)) return false
    this.#givenUp = Number.POSITIVE_INFINITY
    for (const [earlier, response] of this.#unanswered) {
      this.#unanswered.delete(earlier)
      if (earlier !== nonce) this.#accept(response, response.resources)
      else if (error === undefined) this.#accept(response, response.resources)
      else this.#reject(response, error, at)
      if (earlier === nonce) break
    }
    return true
  }

  #accept(response: SentResponse, resources: readonly string[]): void {
    for (const name of resources) this.holdings.accept(name, response.number)
    for (const name of response.removed) this.holdings.accept(name, response.number)
    this.#rejections.repair([...resources, ...response.removed])
  }

  /** What the words do not name was taken. */
  #reject(response: SentResponse, detail: string, at: string): void {
    const named = namedIn(detail, response.resources)
    const refused = new Set(named)
    const taken = response.resources.filter(name => !refused.has(name))
    this.#accept(response, taken)
    for (const name of named) this.holdings.refuse(name, response.number)
    const about = named.length > 0 ? named : response.resources
    this.#rejections.reject({ detail, resources: named, at, response: response.number }, about)
  }

  #giveUpOldest(): void {
    for (const [nonce, response] of this.#unanswered) {
      this.#unanswered.delete(nonce)
      this.#accept(response, response.resources)
      this.#givenUp = Math.min(this.#givenUp, response.number)
      return
    }
  }

  #subscribe(name: string): void {
    if (name === WILDCARD) {
      this.#enterWildcard()
      return
    }
    this.#names.add(name)
    // Subscribing to what it has says that the client may have forgotten it: it is sent again.
    this.#forced.add(name)
    if (!this.#changed.has(name)) this.#asked.add(name)
  }

  #unsubscribe(name: string): void {
    if (name === WILDCARD) {
      this.#leaveWildcard()
      return
    }
    if (!this.#names.delete(name)) return
    // Inside a wildcard the client asks whether the wildcard has the name: it, or its absence, must be said.
    if (this.wants(name)) this.force(name)
    else this.#forget(name)
  }

  #enterWildcard(): void {
    const again = this.#wildcard
    this.#wildcard = true
    this.#answerOwed = true
    if (!WILDCARD_TYPES.has(this.typeUrl)) return
    for (const name of this.#view.names()) {
      if (again) this.#forced.add(name)
      if (!this.#changed.has(name)) this.#asked.add(name)
    }
  }

  #leaveWildcard(): void {
    this.#wildcard = false
    this.#answerOwed = false
    for (const names of [this.holdings.names(), this.#changed, this.#asked])
      for (const name of names) if (!this.#names.has(name)) this.#forget(name)
  }

  #forget(name: string): void {
    this.holdings.forget(name)
    this.#settle(name)
    this.#rejections.repair([name])
  }

  #claim(name: string, version: string, reload: boolean): void {
    const current = this.#view.get(name)
    const isCurrent = current?.version === version
    this.holdings.claim(name, isCurrent ? current : { version })
    this.#forced.delete(name)
    if (isCurrent) this.#settle(name)
    else if (!this.#changed.has(name)) this.#asked.add(name)
    if (reload) this.force(name)
  }

  #isDue(name: string): boolean {
    return this.#changed.has(name) || this.#asked.has(name)
  }

  #settle(name: string): void {
    this.#changed.delete(name)
    this.#asked.delete(name)
    this.#forced.delete(name)
  }

  #fill(batch: Batch, due: ReadonlySet<string>, gates: Gates, limit: number, now: number): void {
    let size = batchSize(batch)
    for (const name of due) {
      const resource = this.#view.get(name)
      if (!this.#isNews(name, resource)) {
        this.#settle(name)
        continue
      }
      const opensAt = this.#opensAt(name, resource, gates, now)
      if (opensAt > 0) {
        this.#held += 1
        this.#wakeAt = Math.min(this.#wakeAt, opensAt)
        continue
      }
      size += resource ? resource.encoded.length : name.length
      if (size > limit && (batch.resources.length > 0 || batch.removed.length > 0)) {
        batch.partial = true
        return
      }
      if (resource) batch.resources.push(resource)
      else batch.removed.push(name)
      this.#settle(name)
    }
  }

  #opensAt(name: string, resource: Resource | undefined, gates: Gates, now: number): number {
    if (resource) return gates.additionAt(this.typeUrl, resource, now)
    // That a name which the client does not have is missing breaks nothing.
    return this.holdings.get(name) ? gates.removalAt(this.typeUrl, name, now) : 0
  }

  #isNews(name: string, resource: Resource | undefined): boolean {
    return this.#forced.has(name) || this.holdings.get(name)?.version !== resource?.version
  }
}

function batchSize(batch: Batch): number {
  let size = 0
  for (const resource of batch.resources) size += resource.encoded.length
  for (const name of batch.removed) size += name.length
  return size
}
