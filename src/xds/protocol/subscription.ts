import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type { ProxyTypeStatus, TypeStatus } from '../../model/proxies.ts'
import type { Resource } from '../../translate/resource.ts'
import type { View } from '../tables/view.ts'
import { type Answer, Deliveries, type RefusedResponse } from './deliveries.ts'
import { DueNames } from './due-names.ts'
import { heldResource } from './held-resource.ts'
import { answerTo, type VersionAnswer } from './holdings.ts'
import type { Said } from './said.ts'
import { ShownResources } from './shown-resources.ts'
import type { SentResponse } from './unanswered.ts'
import { ROOT_TYPES, WILDCARD } from './wildcard.ts'

/** As it is shown, but with a moment of the running time for a date. */
export interface SubscriptionStatus extends Omit<ProxyTypeStatus, 'unansweredSince'> {
  readonly unansweredSince?: number
}

/** How a client stands to a version of a resource that it wants. */
export interface Stance {
  /** It is the newest one, quarantined or not. */
  readonly isCurrent: boolean
  /** What the client said to it; undefined: that is not what it was sent last. */
  readonly answer: VersionAnswer | undefined
}

/** What of one type goes into one response. */
export interface Batch {
  readonly resources: Resource[]
  readonly removed: string[]
  /** There is more, which did not fit. */
  partial: boolean
}

/** Says when something may be sent: 0 is now, else the time, or Infinity (when something else happened). */
export interface Gatekeeper {
  additionAt(typeUrl: string, resource: Resource, now: number): number
  removalAt(typeUrl: string, name: string, now: number): number
  /** Whether the client must be told that it is gone before it is sent anew. */
  mustLeave(typeUrl: string, resource: Resource): boolean
}

/**
 * One resource type on one stream: what the client wants, what it has, and what is due to be sent.
 *
 * Wildcard: off -> on by a first request without names (only clusters and listeners) or by subscribing "*";
 * on -> off by unsubscribing "*". Names are subscribed beside it and on their own; a type that was left with no names
 * is subscribed to nothing, never again to everything.
 *
 * A name becomes due when it changes in the view, is subscribed (again), or is forced; it stays due until it was
 * sent, or looked at and found equal. What a gate holds back stays due.
 */
export class Subscription {
  readonly typeUrl: string
  readonly deliveries = new Deliveries(name => this.wants(name))
  /** Fairness between types: 0, or when this type last sent a part of something larger. */
  turn = 0
  readonly #view: View
  /** What of the view this client is to have. */
  readonly #shown: ShownResources
  readonly #isWildcardType: boolean
  #cursor: number
  readonly #names = new Set<string>()
  #wildcard = false
  /** A wildcard is owed an answer even when there is nothing (Envoy would wait for 15 s). */
  #answerOwed = false
  readonly #due = new DueNames()
  #held = 0
  #wakeAt = Number.POSITIVE_INFINITY
  #lookedAt = -1

  /** `mayHave`: the client comes back, and does not say what it has. */
  constructor(typeUrl: string, view: View, mayHave = false) {
    this.typeUrl = typeUrl
    this.#view = view
    this.#shown = new ShownResources(view, this.deliveries.holdings, mayHave)
    this.#isWildcardType = ROOT_TYPES.has(typeUrl)
    this.#cursor = view.position
  }

  get status(): SubscriptionStatus {
    const { rejection, holdings, unansweredSince } = this.deliveries
    const quarantined = this.#shown.keptBack().filter(name => this.wants(name))
    return {
      typeUrl: this.typeUrl,
      status: this.#typeStatus,
      ...(unansweredSince !== undefined && { unansweredSince }),
      wildcard: this.#wildcard,
      names: this.#names.size,
      sent: holdings.size,
      acked: holdings.acked,
      held: this.#held,
      ...(quarantined.length > 0 && { quarantined }),
      ...(rejection && {
        rejected: { detail: rejection.detail, resources: rejection.resources, at: rejection.at },
      }),
    }
  }

  /** What the client has of all that it is subscribed to, or was sent. */
  get held(): HeldType {
    const { holdings } = this.deliveries
    const names = new Set([...holdings.touched(), ...this.#due, ...this.#names])
    return {
      typeUrl: this.typeUrl,
      wildcard: this.#wildcard,
      resources: Array.from(names, name => {
        const due = this.#due.has(name) ? { now: this.#shown.get(name) } : undefined
        return heldResource(name, holdings.of(name), due)
      }),
    }
  }

  /** Nothing is left to send, held back things included. */
  get isSent(): boolean {
    return this.#due.isEmpty && !this.#answerOwed
  }

  /** When to look again though nothing happened; Infinity: never. */
  get wakeAt(): number {
    return this.#held > 0 ? this.#wakeAt : Number.POSITIVE_INFINITY
  }

  /** How many names are subscribed, beside the wildcard. */
  get named(): number {
    return this.#names.size
  }

  wants(name: string): boolean {
    return this.#names.has(name) || (this.#wildcard && this.#isWildcardType)
  }

  /** As `Holdings.answeredAt`, but a name that is still to be sent is not answered. */
  answeredAt(name: string, now: number): number {
    if (!this.deliveries.holdings.get(name) && this.#due.has(name)) return Number.POSITIVE_INFINITY
    return this.deliveries.holdings.answeredAt(name, now)
  }

  /** What the resources that the client has refer to in their newest versions. */
  currentReferences(): ReadonlySet<string> {
    const references = new Set<string>()
    for (const name of this.deliveries.holdings.names())
      for (const reference of this.#shown.get(name)?.references ?? []) references.add(reference)
    return references
  }

  /** Whether others that stay have the place `to` now, or come to the place `from`. */
  isCrowded(name: string, from: string, to: string | undefined): boolean {
    const { holdings } = this.deliveries
    for (const other of this.#view.names()) {
      if (other === name) continue
      if (holdings.get(other)?.place === to || this.#shown.get(other)?.place === from) return true
    }
    return false
  }

  /** The names of a stream's first request of this type; `reload`: what must be sent though the client has it. */
  begin(
    request: Pick<Said, 'subscribe' | 'unsubscribe' | 'initialVersions'>,
    reload: Pick<ReadonlySet<string>, 'has'>,
  ): void {
    const legacyWildcard = request.subscribe.length === 0 && request.unsubscribe.length === 0
    if (legacyWildcard && this.#isWildcardType) this.#enterWildcard()
    this.update(request)
    for (const [name, version] of request.initialVersions) {
      // Names that are only there are no subscriptions.
      if (this.wants(name)) this.#adopt(name, version, reload.has(name))
    }
    // A client that has something of this type waits for no first answer.
    if (request.initialVersions.size > 0) this.#answerOwed = false
  }

  update(request: Pick<Said, 'subscribe' | 'unsubscribe' | 'isStated'>): void {
    for (const name of request.unsubscribe) this.#unsubscribe(name, request.isStated ?? false)
    for (const name of request.subscribe) this.#subscribe(name)
  }

  /** Returns what was refused. */
  answer(answer: Answer, at: string): RefusedResponse | undefined {
    const refused = this.deliveries.answer(answer, at)
    for (const { name, version } of refused?.refused ?? [])
      if (this.wants(name) && this.#shown.get(name)?.version !== version) this.#due.change(name)
    return refused
  }

  /** As `ShownResources.isWithheld`. */
  isWithheld(name: string): boolean {
    return this.#shown.isWithheld(name)
  }

  /** How the client stands to a version; undefined: it does not want the name. */
  stance({ name, version }: ResourceVersion): Stance | undefined {
    if (!this.wants(name)) return undefined
    return {
      isCurrent: this.#view.get(name)?.version === version,
      answer: answerTo(version, this.deliveries.holdings.of(name)),
    }
  }

  /** Sends the name (again), although it did not change. */
  force(name: string): void {
    this.#due.change(name)
    this.#due.force(name)
  }

  /** Notes what changed in the view; cheap when nothing did. Returns whether anything is new to the client. */
  collect(): boolean {
    if (this.#view.position === this.#cursor) return false
    let isNews = false
    for (const name of this.#view.changedSince(this.#cursor)) {
      if (!this.wants(name)) continue
      if (this.#shown.get(name)?.version === this.deliveries.holdings.get(name)?.version) continue
      isNews = true
      this.#due.change(name)
    }
    this.#cursor = this.#view.position
    return isNews
  }

  /**
   * What may be sent now, up to `limit` bytes (one resource may be larger); undefined: nothing. `moment` grows with
   * everything that may open a gate: what was held is looked at again only then, or when its time has come.
   */
  take(gates: Gatekeeper, limit: number, now: number, moment: number): Batch | undefined {
    if (this.isSent) {
      this.#held = 0
      return undefined
    }
    if (this.#lookedAt === moment && now < this.#wakeAt) return undefined
    const batch = this.#fill(gates, limit, now)
    if (batch.resources.length > 0 || batch.removed.length > 0 || this.#answerOwed) {
      this.#answerOwed = false
      return batch
    }
    this.#lookedAt = moment
    return undefined
  }

  sent({ resources, removed }: Batch, nonce: string, sending: Omit<SentResponse, keyof Batch>): void {
    this.deliveries.sent(nonce, { ...sending, resources, removed })
  }

  get #typeStatus(): TypeStatus {
    const { rejection, unansweredSince } = this.deliveries
    if (rejection) return 'NACK'
    if (unansweredSince !== undefined) return 'STALE'
    return this.isSent ? 'SYNCED' : 'NOT_SENT'
  }

  #subscribe(name: string): void {
    if (name === WILDCARD) {
      this.#enterWildcard()
      return
    }
    this.#names.add(name)
    // Subscribing to what it has says that the client may have forgotten it: it is sent again.
    this.#due.ask(name)
    this.#due.force(name)
  }

  #unsubscribe(name: string, isStated: boolean): void {
    if (name === WILDCARD) {
      this.#leaveWildcard()
      return
    }
    if (!this.#names.delete(name)) return
    if (!this.wants(name)) {
      this.#forget(name)
      return
    }
    this.#due.change(name)
    // Inside a wildcard the client asks whether the wildcard has the name: it, or its absence, must be said.
    if (!isStated) this.#due.force(name)
  }

  #enterWildcard(): void {
    const again = this.#wildcard
    this.#wildcard = true
    this.#answerOwed = true
    if (!this.#isWildcardType) return
    for (const name of this.#view.names()) {
      this.#due.ask(name)
      if (again) this.#due.force(name)
    }
  }

  #leaveWildcard(): void {
    this.#wildcard = false
    this.#answerOwed = false
    for (const names of [this.deliveries.holdings.names(), this.#due])
      for (const name of names) if (!this.#names.has(name)) this.#forget(name)
  }

  #forget(name: string): void {
    this.deliveries.forget(name)
    this.#due.delete(name)
    this.#view.forget(name)
  }

  #adopt(name: string, version: string, reload: boolean): void {
    const current = this.#shown.having({ name, version })
    const isCurrent = current?.version === version
    this.deliveries.holdings.adopt(name, isCurrent ? current : { version })
    if (reload) this.force(name)
    // Nothing is due, and it is not looked up again: an Envoy that comes back brings thousands of these.
    else if (isCurrent) this.#due.delete(name)
    else {
      this.#due.unforce(name)
      this.#due.ask(name)
    }
  }

  #fill(gates: Gatekeeper, limit: number, now: number): Batch {
    const batch: Batch = { resources: [], removed: [], partial: false }
    let size = 0
    this.#held = 0
    this.#wakeAt = Number.POSITIVE_INFINITY
    for (const name of this.#due) {
      const resource = this.#shown.get(name)
      if (!this.#due.isForced(name) && this.deliveries.holdings.get(name)?.version === resource?.version) {
        // What was claimed and is current again: now it is known what it refers to.
        if (resource) this.deliveries.holdings.adopt(name, resource)
        this.#due.delete(name)
        continue
      }
      const opensAt = this.#opensAt(name, resource, gates, now)
      if (opensAt > 0) {
        this.#held += 1
        this.#wakeAt = Math.min(this.#wakeAt, opensAt)
        continue
      }
      const isFirst = size === 0
      size += resource?.encoded.length ?? name.length
      if (size > limit && !isFirst) {
        batch.partial = true
        break
      }
      if (resource && gates.mustLeave(this.typeUrl, resource)) {
        // It stays due, and comes with the next response.
        batch.removed.push(name)
        continue
      }
      if (resource) batch.resources.push(resource)
      else batch.removed.push(name)
      this.#due.delete(name)
    }
    return batch
  }

  #opensAt(name: string, resource: Resource | undefined, gates: Gatekeeper, now: number): number {
    if (resource) return gates.additionAt(this.typeUrl, resource, now)
    // That a name which the client does not have is missing breaks nothing.
    return this.deliveries.holdings.get(name) ? gates.removalAt(this.typeUrl, name, now) : 0
  }
}
