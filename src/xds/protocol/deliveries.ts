import type { ResourceVersion } from '../../model/nacks.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Names } from '../names/names.ts'
import { Holdings, type KnownVersion, type ReferencesInUse } from './holdings.ts'
import { type Rejection, Rejections, wordsOf } from './rejection.ts'
import { type SentResponse, Unanswered } from './unanswered.ts'

/** An answer to a response: an ACK, or with `error` a NACK. */
export interface Answer {
  readonly nonce: string
  readonly error?: string
  /** Names that the response had beside its news: a state of the world repeats what was refused before. */
  readonly repeated?: () => Iterable<NameId>
}

/** What a client refused with one answer. */
export interface RefusedResponse {
  /** What the views showed when it was sent. */
  readonly edition: number
  /** The client's words, as long as they are. */
  readonly detail: string
  /** What they name; where they name nothing, all that the response had. */
  readonly about: readonly ResourceVersion[]
  /** What was refused for certain. */
  readonly refused: readonly RefusedVersion[]
}

export interface RefusedVersion extends ResourceVersion {
  /** What the client goes on with; undefined: nothing that is known of. */
  readonly accepted: KnownVersion | undefined
}

/** What of one type went to one client, and what the client said to it. */
export class Deliveries {
  readonly holdings = new Holdings()
  readonly #names: Names
  readonly #wants: (id: NameId) => boolean
  readonly #unanswered = new Unanswered()
  readonly #rejections = new Rejections()

  /** `wants`: whether the client is subscribed to a name at this moment. */
  constructor(names: Names, wants: (id: NameId) => boolean) {
    this.#names = names
    this.#wants = wants
  }

  /** The last NACK that no later ACK has made good. */
  get rejection(): Rejection | undefined {
    return this.#rejections.last
  }

  /** Number of the oldest response without an answer; Infinity when there is none. */
  get oldestUnanswered(): number {
    return this.#unanswered.oldest
  }

  /** When the oldest response was sent that waits for its answer; undefined when none does. */
  get unansweredSince(): number | undefined {
    return this.#unanswered.since
  }

  sent(nonce: string, response: SentResponse): void {
    const { flight, ids, resources, removed, part, news } = response
    if (part !== undefined) this.holdings.putFirst(part.byName, part.named, flight)
    else if (news !== undefined) this.holdings.putNews(news, flight)
    else
      for (let index = 0; index < ids.length; index++)
        this.holdings.put(ids[index] as NameId, resources[index], flight)
    for (const id of removed) this.holdings.put(id, undefined, flight)
    const givenUp = this.#unanswered.add(nonce, response)
    if (givenUp) this.#accept(givenUp)
  }

  /** A response that says of names only that they are gone, and is not written: its form has no words for that. */
  passOver(nonce: string): void {
    for (const id of this.#unanswered.take(nonce)?.removed ?? []) this.forget(id)
  }

  /** Without effect for a nonce that is unknown or was answered. Returns what was refused. */
  answer({ nonce, error, repeated }: Answer, at: Date): RefusedResponse | undefined {
    const responses = this.#unanswered.takeThrough(nonce)
    const answered = responses.pop()
    if (!answered) return undefined
    for (const earlier of responses) this.#accept(earlier)
    if (error !== undefined) return this.#reject(answered, error, at, repeated?.() ?? [])
    this.#accept(answered)
    if (repeated && this.rejection) this.#acceptRepeated(repeated())
    return undefined
  }

  /** The client is not subscribed to it any more. */
  forget(id: NameId): void {
    this.holdings.forget(id)
    this.#rejections.repair([id])
  }

  markNames(inUse: IdSet): void {
    this.holdings.markNames(inUse)
    for (const { ids, removed } of this.#unanswered.values())
      for (const id of [...ids, ...removed]) inUse.add(id)
  }

  /** What the client's resources refer to; responses on their way included. */
  referencesInUse(now: number): ReferencesInUse {
    const inUse = this.holdings.referencesInUse(now)
    const names = new Set(inUse.names)
    let { until } = inUse
    for (const { flight, ids, resources } of this.#unanswered.values()) {
      const givenUp = flight.givenUpAt(now)
      if (givenUp > 0) until = Math.min(until, givenUp)
      for (const [index, resource] of resources.entries()) {
        // Given up counts as applied: then what was sent later rules. Of a name that was unsubscribed in between
        // nobody can say whether the client, late as it is, will subscribe it again before it takes the response.
        const isPast = givenUp === 0 && this.holdings.has(ids[index] as NameId)
        if (!isPast) for (const name of resource.references) names.add(name)
      }
    }
    return { ...inUse, names, until }
  }

  /** Costs what the client had, or was sent, something else of; the rest is taken with the flight. */
  #accept({ flight, ids, removed }: SentResponse, refused?: ReadonlySet<NameId>): void {
    this.holdings.answered(flight)
    for (const { id, known } of flight.others)
      if (!refused?.has(id)) this.holdings.accept(id, flight, this.#wants(id) ? known : undefined)
    if (this.rejection === undefined) return
    this.#rejections.repair(ids.filter(id => !refused?.has(id)))
    this.#rejections.repair(removed)
  }

  /** What was refused before, or may have been, was in the response again, and is taken now. */
  #acceptRepeated(ids: Iterable<NameId>): void {
    for (const id of ids) {
      this.holdings.acceptRefused(id)
      this.#rejections.repair([id])
    }
  }

  /** What the words do not name was taken. */
  #reject(response: SentResponse, detail: string, at: Date, inResponse: Iterable<NameId>): RefusedResponse {
    const repeated = [...inResponse]
    const { flight, resources, ids: names } = response
    // A response may have tens of thousands: whatever is looked up below is looked up once for each.
    const sent = new Map(resources.map((resource, index) => [names[index] as NameId, resource]))
    const named = this.#namedIn(detail, names)
    const others = this.#namedIn(detail, repeated).filter(id => !sent.has(id))
    // Of a response with one resource words that name nothing are about that one.
    const refused = new Set(named.length + others.length === 0 && names.length === 1 ? names : named)
    for (const id of refused) this.holdings.refuse(id, flight)
    this.#accept(response, refused)
    const about = [...refused, ...others]
    // Words that name nothing may be about any of them.
    if (about.length > 0) this.#acceptRepeated(without(repeated, new Set(about)))
    const concerned = about.length > 0 ? about : names
    // What was repeated is what was sent last.
    const versionOf = (id: NameId): ResourceVersion => ({
      name: this.#names.textOf(id),
      version: (sent.get(id) ?? this.holdings.get(id))?.version ?? '',
    })
    const open = concerned.filter(id => this.#wants(id))
    const rejected = about.map(id => this.#names.textOf(id))
    // What was unsubscribed meanwhile is of no concern, and no later ACK would make it good.
    if (open.length > 0 || concerned.length === 0)
      this.#rejections.reject(
        { detail, resources: rejected, at: at.toISOString(), response: flight.number },
        open,
      )
    return {
      edition: response.edition,
      detail,
      about: concerned.map(versionOf),
      refused: about.map(id => ({ ...versionOf(id), accepted: this.holdings.of(id).has })),
    }
  }

  #namedIn(detail: string, ids: readonly NameId[]): NameId[] {
    const words = wordsOf(detail)
    return ids.filter(id => words.has(this.#names.textOf(id)))
  }
}

function without(names: readonly NameId[], others: ReadonlySet<NameId>): NameId[] {
  return names.filter(name => !others.has(name))
}
