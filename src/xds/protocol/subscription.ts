import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type { ProxyTypeStatus, TypeStatus } from '../../model/proxies.ts'
import type { ClaimedVersions } from '../../proto/claimed-versions.ts'
import type { Resource } from '../../translate/resource.ts'
import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import { type Names, WILDCARD_ID } from '../names/names.ts'
import type { View } from '../tables/view.ts'
import { type Batch, Batches, type Gatekeeper, sharedIn } from './batches.ts'
import { type Answer, Deliveries, type RefusedResponse } from './deliveries.ts'
import { DueNames } from './due-names.ts'
import { heldResource } from './held-resource.ts'
import { answerTo, type VersionAnswer } from './holdings.ts'
import type { Said } from './said.ts'
import { ShownResources } from './shown-resources.ts'
import type { SentResponse } from './unanswered.ts'
import { ViewReader } from './view-reader.ts'
import { ROOT_TYPES } from './wildcard.ts'

/** As it is shown, but with a moment of the running time for a date. */
export interface SubscriptionStatus extends Omit<ProxyTypeStatus, 'unansweredSince'> {
  readonly unansweredSince?: number
}

/** What a sent response is beside its batch. */
type Sending = Pick<SentResponse, 'flight' | 'edition'>

/** How a client stands to a version of a resource that it wants. */
export interface Stance {
  /** It is the newest one, quarantined or not. */
  readonly isCurrent: boolean
  /** What the client said to it; undefined: that is not what it was sent last. */
  readonly answer: VersionAnswer | undefined
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
  readonly deliveries: Deliveries
  /** Fairness between types: 0, or when this type last sent a part of something larger. */
  turn = 0
  readonly #allNames: Names
  readonly #view: View
  /** What of the view this client is to have. */
  readonly #shown: ShownResources<NameId>
  readonly #isWildcardType: boolean
  readonly #reader: ViewReader
  readonly #names = new IdSet()
  #wildcard = false
  /** A wildcard is owed an answer even when there is nothing (Envoy would wait for 15 s). */
  #answerOwed = false
  readonly #due = new DueNames()
  readonly #batches: Batches
  #lookedAt = -1

  /** `mayHave`: the client comes back, and does not say what it has. */
  constructor(names: Names, typeUrl: string, view: View, mayHave = false) {
    this.typeUrl = typeUrl
    this.deliveries = new Deliveries(names, id => this.wants(id))
    this.#allNames = names
    this.#view = view
    const { holdings } = this.deliveries
    this.#shown = new ShownResources(view, holdings, mayHave)
    this.#batches = new Batches(names, {
      typeUrl,
      view,
      shown: this.#shown,
      holdings,
      due: this.#due,
      mayHave,
    })
    this.#isWildcardType = ROOT_TYPES.has(typeUrl)
    this.#reader = new ViewReader(view, { wants: id => this.wants(id), shown: this.#shown, holdings })
  }

  get status(): SubscriptionStatus {
    const { rejection, holdings, unansweredSince } = this.deliveries
    const quarantined = this.#view.quarantines.filter(row => this.#isKeptBack(row)).map(row => row.name)
    return {
      typeUrl: this.typeUrl,
      status: this.#typeStatus,
      ...(unansweredSince !== undefined && { unansweredSince }),
      wildcard: this.#wildcard,
      names: this.#names.size,
      sent: holdings.size,
      acked: holdings.acked,
      held: this.#batches.held,
      ...(quarantined.length > 0 && { quarantined }),
      ...(rejection && {
        rejected: { detail: rejection.detail, resources: rejection.resources, at: rejection.at },
      }),
    }
  }

  /** What the client has of all that it is subscribed to, or was sent. */
  get held(): HeldType {
    const { holdings } = this.deliveries
    const ids = new Set([...holdings.touched(), ...this.#due.list(), ...this.#names])
    return {
      typeUrl: this.typeUrl,
      wildcard: this.#wildcard,
      resources: Array.from(ids, id => {
        const due = this.#due.has(id) ? { now: this.#shown.get(id) } : undefined
        return heldResource(this.#allNames.textOf(id), holdings.of(id), due)
      }),
    }
  }

  markNames(inUse: IdSet): void {
    inUse.addAll(this.#names)
    for (const id of this.#due.list()) inUse.add(id)
    this.deliveries.markNames(inUse)
  }

  /** Nothing is left to send, held back things included. */
  get isSent(): boolean {
    return this.#due.isEmpty && !this.#answerOwed
  }

  /** How many names are due to this client alone, as far as the view was looked at. */
  get due(): number {
    return this.#due.size
  }

  /** `collect` would find nothing. */
  get isUpToDate(): boolean {
    return this.#reader.isUpToDate
  }

  /** When to look again though nothing happened; Infinity: never. */
  get wakeAt(): number {
    return this.isSent ? Number.POSITIVE_INFINITY : this.#batches.opensAt
  }

  /** How many names are subscribed, beside the wildcard. */
  get named(): number {
    return this.#names.size
  }

  wants(id: NameId): boolean {
    return this.#names.has(id) || (this.#wildcard && this.#isWildcardType)
  }

  /** As `Holdings.answeredAt`, but a name that is still to be sent is not answered. */
  answeredAt(id: NameId, now: number): number {
    if (!this.deliveries.holdings.get(id) && this.#due.has(id)) return Number.POSITIVE_INFINITY
    return this.deliveries.holdings.answeredAt(id, now)
  }

  /** Nothing is due, awaited or refused. */
  get isSettled(): boolean {
    return this.#due.isEmpty && this.deliveries.holdings.isSettled
  }

  /** The client has been sent all of these that it wants. */
  hasAll(ids: readonly NameId[]): boolean {
    return ids.every(id => !this.wants(id) || this.deliveries.holdings.get(id) !== undefined)
  }

  /** As `Holdings.firstKnownAt`. */
  awaitedUntil(ids: IdSet, now: number): number {
    return this.deliveries.holdings.firstKnownAt(ids, now)
  }

  /** What the resources that the client has refer to in their newest versions. */
  currentReferences(): ReadonlySet<string> {
    const references = new Set<string>()
    for (const id of this.deliveries.holdings.ids())
      for (const reference of this.#shown.get(id)?.references ?? []) references.add(reference)
    return references
  }

  /** Whether others that stay have the place `to` now, or come to the place `from`. */
  isCrowded(id: NameId, from: string, to: string | undefined): boolean {
    const { holdings } = this.deliveries
    for (const other of this.#view.all()) {
      if (other === id) continue
      if (holdings.get(other)?.place === to || this.#shown.get(other)?.place === from) return true
    }
    return false
  }

  /** The names of a stream's first request of this type; `reload`: what must be sent though the client has it. */
  begin(
    request: Pick<Said, 'subscribe' | 'unsubscribe' | 'initialVersions'>,
    reload: Pick<ReadonlySet<NameId>, 'has'>,
  ): void {
    const legacyWildcard = request.subscribe.length === 0 && request.unsubscribe.length === 0
    if (legacyWildcard && this.#isWildcardType) this.#enterWildcard()
    this.update(request)
    const { initialVersions: claimed } = request
    const share = sharedIn(this.#view)
    const shared = IdSet.like(this.#names)
    const current = IdSet.like(this.#names)
    for (let index = 0; index < claimed.size; index++) {
      const id = claimed.id(index)
      // Names that are only there are no subscriptions.
      if (!this.wants(id)) continue
      const isShared = share?.isNewest(claimed, index) === true
      if (isShared) shared.add(id)
      const isCurrent = isShared || this.#adopt(id, claimed, index)
      if (reload.has(id)) this.force(id)
      else if (isCurrent) current.add(id)
      else this.#due.reask(id)
    }
    if (share !== undefined) this.deliveries.holdings.adoptAll(share.resources, shared)
    // Nothing is due, and it is not looked up again: an Envoy that comes back brings thousands of these.
    this.#due.deleteAll(current)
    // A client that has something of this type waits for no first answer.
    if (claimed.size > 0) this.#answerOwed = false
  }

  update(request: Pick<Said, 'subscribe' | 'unsubscribe' | 'isStated'>): void {
    for (const id of request.unsubscribe) this.#unsubscribe(id, request.isStated ?? false)
    if (request.subscribe.length > 0) this.#subscribe(this.#allNames.setOf(request.subscribe))
  }

  /** Returns what was refused. */
  answer(answer: Answer, at: Date): RefusedResponse | undefined {
    const refused = this.deliveries.answer(answer, at)
    for (const { name, version } of refused?.refused ?? []) {
      const id = this.#allNames.idOf(name)
      if (this.wants(id) && this.#shown.get(id)?.version !== version) this.#due.change(id)
    }
    return refused
  }

  /** As `ShownResources.isWithheld`. */
  isWithheld(id: NameId): boolean {
    return this.#shown.isWithheld(id)
  }

  /** How the client stands to a version; undefined: it does not want the name. */
  stance({ name, version }: ResourceVersion): Stance | undefined {
    const id = this.#allNames.idSaid(name)
    if (!this.wants(id)) return undefined
    return {
      isCurrent: this.#view.get(id)?.version === version,
      answer: answerTo(version, this.deliveries.holdings.of(id)),
    }
  }

  /** Sends the name (again), although it did not change. */
  force(id: NameId): void {
    this.#due.change(id)
    this.#due.force(id)
  }

  /** Notes what changed in the view; cheap when nothing did. Returns whether anything is new to the client. */
  collect(): boolean {
    if (this.#reader.isUpToDate) return false
    // What was new may be old by now.
    this.#due.spread()
    const { ids, news } = this.#reader.read(this.isSettled)
    if (news !== undefined) this.#due.changeAll(news)
    else for (const id of ids) this.#due.change(id)
    return ids.length > 0
  }

  /**
   * What may be sent now, up to `limit` bytes (one resource may be larger); undefined: nothing. `moment` grows with
   * everything that may open a gate: what was held is looked at again only then, or when its time has come.
   */
  take(gates: Gatekeeper, limit: number, now: number, moment: number): Batch | undefined {
    if (this.isSent) return undefined
    if (this.#lookedAt === moment && now < this.#batches.opensAt) return undefined
    const batch = this.#batches.next(gates, limit, now)
    if (batch.resources.length > 0 || batch.removed.length > 0 || this.#answerOwed) {
      this.#answerOwed = false
      return batch
    }
    this.#lookedAt = moment
    return undefined
  }

  sent({ resources, ids, removed, part, news }: Batch, nonce: string, { flight, edition }: Sending): void {
    this.deliveries.sent(nonce, { flight, edition, resources, ids, removed, part, news })
  }

  get #typeStatus(): TypeStatus {
    const { rejection, unansweredSince } = this.deliveries
    if (rejection) return 'NACK'
    if (unansweredSince !== undefined) return 'STALE'
    return this.isSent ? 'SYNCED' : 'NOT_SENT'
  }

  #isKeptBack(row: ResourceVersion): boolean {
    const id = this.#allNames.idOf(row.name)
    return this.wants(id) && this.#shown.isKeptBack(id, row)
  }

  #subscribe(ids: IdSet): void {
    if (ids.has(WILDCARD_ID)) this.#enterWildcard()
    const named = ids.has(WILDCARD_ID) ? without(ids, WILDCARD_ID) : ids
    this.#names.addAll(named)
    // Subscribing to what it has says that the client may have forgotten it: it is sent again.
    this.#due.askAll(named)
    this.#due.forceAll(named)
  }

  #unsubscribe(id: NameId, isStated: boolean): void {
    if (id === WILDCARD_ID) {
      this.#leaveWildcard()
      return
    }
    if (!this.#names.delete(id)) return
    if (!this.wants(id)) {
      this.#forget(id)
      return
    }
    this.#due.change(id)
    // Inside a wildcard the client asks whether the wildcard has the name: it, or its absence, must be said.
    if (!isStated) this.#due.force(id)
  }

  #enterWildcard(): void {
    const again = this.#wildcard
    this.#wildcard = true
    this.#answerOwed = true
    if (!this.#isWildcardType) return
    const all = this.#view.all()
    this.#due.askAll(all)
    if (again) for (const id of all) this.#due.force(id)
  }

  #leaveWildcard(): void {
    this.#wildcard = false
    this.#answerOwed = false
    for (const id of [...this.deliveries.holdings.ids(), ...this.#due.list()])
      if (!this.#names.has(id)) this.#forget(id)
  }

  #forget(id: NameId): void {
    this.deliveries.forget(id)
    this.#due.delete(id)
    this.#batches.forget(id)
    this.#view.forget(id)
  }

  /** Returns whether it is what the client is to have. */
  #adopt(id: NameId, claimed: ClaimedVersions, index: number): boolean {
    const current = this.#having(id, claimed, index)
    this.deliveries.holdings.adopt(id, current ?? { version: claimed.version(index) })
    return current !== undefined
  }

  /** The resource that the client says that it has, if that is what it is to have. Then it has taken it once. */
  #having(id: NameId, claimed: ClaimedVersions, index: number): Resource | undefined {
    const newest = this.#view.get(id)
    if (newest !== undefined && claimed.is(index, newest.version)) return newest
    const shown = this.#shown.get(id)
    return shown !== undefined && claimed.is(index, shown.version) ? shown : undefined
  }
}

function without(ids: IdSet, id: NameId): IdSet {
  const others = IdSet.of(ids)
  others.delete(id)
  return others
}
