import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { NameHolder, Names } from '../names/names.ts'
import type { Views } from '../tables/view.ts'
import type { Batch } from './batches.ts'
import type { RefusedResponse } from './deliveries.ts'
import { Flight } from './flight.ts'
import { Gates, RETURN_GRACE } from './gates.ts'
import type { KnownVersion } from './holdings.ts'
import { Progress } from './progress.ts'
import type { Said } from './said.ts'
import { type Stance, Subscription, type SubscriptionStatus } from './subscription.ts'

/** gRPC clients refuse messages above 4 MiB; parts this large still share a connection well. */
const RESPONSE_LIMIT = 1024 * 1024

/** Of one type; no client has as many. Whoever makes names up must not fill the memory. */
const MOST_NAMES = 100_000
const TOO_MANY = `these are more than ${MOST_NAMES} names of one type`

/** So many names due of one type are no small change. */
const MANY_DUE = 32

const ALL = { has: () => true }

/** Make before break: clusters, their endpoints, listeners, routes. */
const ORDER: readonly string[] = [
  TYPE_URLS.cluster,
  TYPE_URLS.endpoints,
  TYPE_URLS.listener,
  TYPE_URLS.routes,
]

/** What the client must be sent again when a resource of this type was: Envoy warms it until then. */
const WARMED_BY: Readonly<Record<string, string>> = {
  [TYPE_URLS.cluster]: TYPE_URLS.endpoints,
  [TYPE_URLS.listener]: TYPE_URLS.routes,
}

export interface DeltaStreamOptions {
  /** Unique among streams, so that no nonce of another stream is taken for one of this. */
  readonly id: string
  /** Those that requests and views have. */
  readonly names: Names
  /** Asked once for each type. */
  readonly views: Views
  /** What the views show; 0: the database has no revision at all. */
  readonly edition: number
  readonly now: number
  /** Answer a returning client even from a database without any revision. */
  readonly allowEmpty?: boolean
  /** Bytes of resources in one response; default 1 MiB. */
  readonly responseLimit?: number
  /** Types that are never sent in parts, however large; default none. */
  readonly isWhole?: (typeUrl: string) => boolean
  /** The stream has one type, and others go their own ways; default false. */
  readonly isOfOneType?: boolean
  /**
   * Milliseconds after which a client that knows of it drops what it was sent, unless it hears that it lives on. Absent:
   * such a client may have a time to live from before, and is rid of it by being sent all that it brings once more.
   */
  readonly ttl?: number | undefined
  /** The client knows of times to live; default false. */
  readonly knowsTtl?: boolean
  /** The client refused something that it was sent. */
  readonly onRefused?: (typeUrl: string, refused: RefusedResponse) => void
}

/** One response to write, made from the newest state. */
export interface DeltaStreamResponse {
  readonly typeUrl: string
  readonly nonce: string
  readonly resources: readonly Resource[]
  /** Their names. */
  readonly ids: readonly NameId[]
  readonly removed: readonly string[]
  /** The same names. */
  readonly gone: readonly NameId[]
}

/**
 * One delta ADS stream, all its types. The transport hands in requests and new editions and pulls responses while it
 * can take more: what is sent is always the newest state, and a slow client skips what it missed. Time is passed in, in
 * milliseconds since any moment (`RunningTime`).
 *
 * A stream is
 * - silent: the client brought versions, but the database has no revision at all (a lost volume must not wipe a
 *   fleet). Entered by `onRequest`, left by the first revision;
 * - behind: something is due; `next` gives it, or `wakeAt` says when a gate gives up;
 * - sent: `next` gave everything of the edition, answers are missing;
 * - settled: everything was answered.
 */
export class DeltaStream implements NameHolder {
  readonly #options: DeltaStreamOptions
  readonly #subscriptions = new Map<string, Subscription>()
  /** In the order in which types are sent. */
  #inOrder: readonly Subscription[] = []
  /** By type: names to be sent when the client claims them, because what they warm was sent before. */
  readonly #reloads = new Map<string, IdSet>()
  readonly #progress = new Progress()
  #edition: number
  #hasReturned = false
  #hasNews = false
  #newsAfter = 0
  #hasAnswered = false
  #responses = 0
  #turns = 0
  /** `next` has found that nothing was left, and nobody has said anything since that could make something due. */
  #isAtRest = false
  /** Grows with everything that may open a gate. */
  #moment = 0

  constructor(options: DeltaStreamOptions) {
    this.#options = options
    this.#edition = options.edition
    options.names.keepFor(this)
  }

  markNames(inUse: IdSet): void {
    for (const subscription of this.#inOrder) subscription.markNames(inUse)
    for (const ids of this.#reloads.values()) inUse.addAll(ids)
  }

  /** Everything up to this edition was sent and answered. */
  get settled(): number {
    return this.#progress.settled
  }

  /** Number of responses sent so far. */
  get responses(): number {
    return this.#responses
  }

  /** Number of the last response before the last news; 0: there was none. */
  get newsAfter(): number {
    return this.#newsAfter
  }

  /** `next` would give nothing, and what the views show was looked at: only answers may be missing. */
  get isAtRest(): boolean {
    if (!this.#isAtRest) return false
    for (const subscription of this.#inOrder) if (!subscription.isUpToDate) return false
    return true
  }

  /** Nothing is unsent, held back or unanswered. */
  get isSynced(): boolean {
    return this.#isSent && this.#oldestUnanswered === Number.POSITIVE_INFINITY
  }

  /** Nothing more will be sent and answered until the views change: a refused resource holds the rest back. */
  get isStuck(): boolean {
    return !this.#isSent && this.#oldestUnanswered === Number.POSITIVE_INFINITY && this.wakeAt() === undefined
  }

  /** More is due than what a change makes: it joins, or it has read nothing for long. */
  get isFarBehind(): boolean {
    for (const { due } of this.#inOrder) if (due >= MANY_DUE) return true
    return false
  }

  get status(): SubscriptionStatus[] {
    return this.#inOrder.map(subscription => subscription.status)
  }

  /** What the client has, type by type. */
  get held(): HeldType[] {
    return this.#inOrder.map(subscription => subscription.held)
  }

  /** NACKs that stand, of responses after the given one. */
  rejectedAfter(response: number): { typeUrl: string; detail: string }[] {
    const rejected: { typeUrl: string; detail: string }[] = []
    for (const { typeUrl, deliveries } of this.#inOrder) {
      const { rejection } = deliveries
      if (rejection && rejection.response > response) rejected.push({ typeUrl, detail: rejection.detail })
    }
    return rejected
  }

  /** Takes what the client said, and when by the wall clock. Returns what is wrong when the stream must end with INVALID_ARGUMENT. */
  onRequest(request: Said, at: Date): string | undefined {
    // xDS protocol, "Aggregated Discovery Service": on ADS the type is only known by type_url.
    if (request.typeUrl === '') return 'type_url is required on an aggregated stream'
    if (Math.max(request.subscribe.length, request.initialVersions.size) > MOST_NAMES) return TOO_MANY
    this.#moment += 1
    const isAnswerOnly =
      request.subscribe.length === 0 && request.unsubscribe.length === 0 && request.error === undefined
    if (!isAnswerOnly) this.#isAtRest = false
    const subscription = this.#subscriptions.get(request.typeUrl)
    if (!subscription) {
      this.#begin(request)
      return undefined
    }
    // The nonce only tells which response is answered; names count whatever it is.
    if (request.nonce !== '') {
      this.#hasAnswered = true
      const refused = subscription.answer(request, at)
      if (refused) this.#options.onRefused?.(request.typeUrl, refused)
      this.#progress.answered(this.#oldestUnanswered)
    }
    subscription.update(request)
    return subscription.named > MOST_NAMES ? TOO_MANY : undefined
  }

  /** The views show this edition now. Returns whether that is news to this client, of which it may have been sent some. */
  onEdition(edition: number): boolean {
    this.#edition = edition
    this.#moment += 1
    this.#isAtRest = false
    this.#collect()
    const isNews = this.#hasNews
    this.#hasNews = false
    return isNews
  }

  /** The next response; undefined when there is none, or none that may be sent now. */
  next(now: number): DeltaStreamResponse | undefined {
    if (this.#isSilent) return undefined
    if (this.#collect()) this.#moment += 1
    // As it is nearly always: after the one response that a change makes, and of changes that concern others.
    if (this.#isSent) return this.#rest()
    const { responseLimit = RESPONSE_LIMIT, isWhole } = this.#options
    const isIdle = !this.#hasReturned && !this.#hasAnswered
    const { names } = this.#options
    const gates = new Gates(names, this.#subscriptions, { returningUntil: this.#returningUntil, isIdle })
    for (const subscription of this.#inTurn()) {
      const limit = isWhole?.(subscription.typeUrl) ? Number.POSITIVE_INFINITY : responseLimit
      const batch = subscription.take(gates, limit, now, this.#moment)
      if (batch) return this.#send(subscription, batch, now)
    }
    return this.#isSent ? this.#rest() : undefined
  }

  #rest(): undefined {
    this.#isAtRest = true
    this.#progress.sent(this.#edition, this.#responses, this.#oldestUnanswered)
  }

  /** The response that `next` gave last says only what is gone, and is not written: its form has no words for that. */
  passOver({ typeUrl, nonce }: DeltaStreamResponse): void {
    this.#moment += 1
    this.#subscriptions.get(typeUrl)?.deliveries.passOver(nonce)
    this.#progress.answered(this.#oldestUnanswered)
  }

  /** When to call `next` again though nothing happened: a gate gives up. */
  wakeAt(): number | undefined {
    if (this.#isSilent) return undefined
    let at = Number.POSITIVE_INFINITY
    for (const subscription of this.#inOrder) at = Math.min(at, subscription.wakeAt)
    return at === Number.POSITIVE_INFINITY ? undefined : at
  }

  /** As `Subscription.stance`. */
  stance(typeUrl: string, resource: ResourceVersion): Stance | undefined {
    return this.#subscriptions.get(typeUrl)?.stance(resource)
  }

  /** By type URL, what the client has for certain. */
  *accepted(): Iterable<[string, Iterable<[NameId, KnownVersion]>]> {
    for (const { typeUrl, deliveries } of this.#inOrder) yield [typeUrl, deliveries.holdings.accepted()]
  }

  hasType(typeUrl: string): boolean {
    return this.#subscriptions.has(typeUrl)
  }

  /** Until when types may still be subscribed that the client has; 0: what it has not subscribed, it has not. */
  get #returningUntil(): number {
    return this.#hasReturned && !this.#options.isOfOneType ? this.#options.now + RETURN_GRACE : 0
  }

  get #isSilent(): boolean {
    return this.#hasReturned && this.#edition === 0 && !this.#options.allowEmpty
  }

  get #isSent(): boolean {
    if (this.#isSilent) return false
    for (const subscription of this.#inOrder) if (!subscription.isSent) return false
    return true
  }

  get #oldestUnanswered(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const subscription of this.#inOrder)
      oldest = Math.min(oldest, subscription.deliveries.oldestUnanswered)
    return oldest
  }

  /** Notes what changed in the views. Returns whether anything is new to the client. */
  #collect(): boolean {
    let isNews = false
    for (const subscription of this.#inOrder) isNews = subscription.collect() || isNews
    if (isNews && !this.#hasNews) this.#newsAfter = this.#responses
    this.#hasNews ||= isNews
    return isNews
  }

  /** The first request of a type; one that is not served is passed over, the stream lives on. */
  #begin(request: Said): void {
    this.#isAtRest = false
    const { typeUrl } = request
    const view = this.#options.views(typeUrl)
    if (!view) return
    const hasReturned = request.hasReturned ?? request.initialVersions.size > 0
    if (hasReturned) this.#hasReturned = true
    const { knowsTtl = false, names, ttl } = this.#options
    const mayHave = hasReturned && request.initialVersions.size === 0
    const subscription = new Subscription(names, typeUrl, view, mayHave)
    const reload = this.#reloads.get(typeUrl) ?? new IdSet()
    subscription.begin(request, knowsTtl && ttl === undefined ? ALL : reload)
    this.#reloads.delete(typeUrl)
    const all = [...this.#inOrder, subscription]
    this.#inOrder = all.sort((a, b) => ORDER.indexOf(a.typeUrl) - ORDER.indexOf(b.typeUrl))
    this.#subscriptions.set(typeUrl, subscription)
  }

  /** A type that has sent a part of something large waits until the others had their turn. */
  #inTurn(): Iterable<Subscription> {
    if (this.#turns === 0) return this.#inOrder
    return [...this.#inOrder].sort((a, b) => a.turn - b.turn)
  }

  #send(subscription: Subscription, batch: Batch, now: number): DeltaStreamResponse {
    const { typeUrl } = subscription
    this.#responses += 1
    this.#moment += 1
    subscription.turn = batch.partial ? ++this.#turns : 0
    const nonce = `${this.#options.id}-${this.#responses}`
    subscription.sent(batch, nonce, { flight: new Flight(this.#responses, now), edition: this.#edition })
    const warmedBy = WARMED_BY[typeUrl]
    if (warmedBy && !this.#options.isOfOneType) this.#reload(warmedBy, this.#referencesOf(batch))
    const removed = batch.removed.map(id => this.#options.names.textOf(id))
    return { typeUrl, nonce, resources: batch.resources, ids: batch.ids, removed, gone: batch.removed }
  }

  /**
   * Delta Envoys do not subscribe again to what they have, yet wait for it after an update of its parent (envoy
   * #13009): it is sent unasked, for the changed parents only.
   */
  #reload(typeUrl: string, ids: IdSet): void {
    const subscription = this.#subscriptions.get(typeUrl)
    if (subscription) {
      for (const id of ids) if (subscription.wants(id)) subscription.force(id)
      return
    }
    const reloads = this.#reloads.get(typeUrl) ?? new IdSet()
    reloads.addAll(ids)
    this.#reloads.set(typeUrl, reloads)
  }

  #referencesOf({ resources, ids, part }: Batch): IdSet {
    if (part !== undefined) return part.references
    const references = new IdSet()
    for (const [index, resource] of resources.entries())
      for (const id of this.#options.names.referencesOf(ids[index] as NameId, resource.references))
        references.add(id)
    return references
  }
}
