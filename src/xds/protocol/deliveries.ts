import type { ResourceVersion } from '../../model/nacks.ts'
import type { Resource } from '../../translate/resource.ts'
import { GIVE_UP, Holdings, type KnownVersion, type ReferencesInUse } from './holdings.ts'
import { namedIn, type Rejection, Rejections } from './rejection.ts'
import { type SentResponse, Unanswered } from './unanswered.ts'

/** An answer to a response: an ACK, or with `error` a NACK. */
export interface Answer {
  readonly nonce: string
  readonly error?: string
  /** Names that the response had beside its news: a state of the world repeats what was refused before. */
  readonly repeated?: () => Iterable<string>
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
  readonly #wants: (name: string) => boolean
  readonly #unanswered = new Unanswered()
  readonly #rejections = new Rejections()

  /** `wants`: whether the client is subscribed to a name at this moment. */
  constructor(wants: (name: string) => boolean) {
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
    const { number, at, resources, removed } = response
    for (const resource of resources) this.holdings.put(resource.name, resource, number, at)
    for (const name of removed) this.holdings.put(name, undefined, number, at)
    const givenUp = this.#unanswered.add(nonce, response)
    if (givenUp) this.#accept(givenUp, givenUp.resources)
  }

  /** A response that says of names only that they are gone, and is not written: its form has no words for that. */
  passOver(nonce: string): void {
    for (const name of this.#unanswered.take(nonce)?.removed ?? []) this.forget(name)
  }

  /** Without effect for a nonce that is unknown or was answered. Returns what was refused. */
  answer({ nonce, error, repeated }: Answer, at: string): RefusedResponse | undefined {
    const responses = this.#unanswered.takeThrough(nonce)
    const answered = responses.pop()
    if (!answered) return undefined
    for (const earlier of responses) this.#accept(earlier, earlier.resources)
    if (error !== undefined) return this.#reject(answered, error, at, repeated?.() ?? [])
    this.#accept(answered, answered.resources)
    if (repeated && this.rejection) this.#acceptRepeated(repeated())
    return undefined
  }

  /** The client is not subscribed to it any more. */
  forget(name: string): void {
    this.holdings.forget(name)
    this.#rejections.repair([name])
  }

  /** What the client's resources refer to; responses on their way included. */
  referencesInUse(now: number): ReferencesInUse {
    const inUse = this.holdings.referencesInUse(now)
    const names = new Set(inUse.names)
    let { until } = inUse
    for (const { at, resources } of this.#unanswered.values()) {
      const isGivenUp = now >= at + GIVE_UP
      if (!isGivenUp) until = Math.min(until, at + GIVE_UP)
      for (const resource of resources) {
        // Given up counts as applied: then what was sent later rules. Of a name that was unsubscribed in between
        // nobody can say whether the client, late as it is, will subscribe it again before it takes the response.
        const isPast = isGivenUp && this.holdings.has(resource.name)
        if (!isPast) for (const name of resource.references) names.add(name)
      }
    }
    return { ...inUse, names, until }
  }

  #accept({ number, removed }: SentResponse, resources: readonly Resource[]): void {
    for (const resource of resources)
      this.holdings.accept(resource.name, number, this.#wants(resource.name) ? resource : undefined)
    for (const name of removed) this.holdings.accept(name, number, undefined)
    this.#rejections.repair([...resources.map(resource => resource.name), ...removed])
  }

  /** What was refused before, or may have been, was in the response again, and is taken now. */
  #acceptRepeated(names: Iterable<string>): void {
    for (const name of names) {
      this.holdings.acceptRefused(name)
      this.#rejections.repair([name])
    }
  }

  /** What the words do not name was taken. */
  #reject(response: SentResponse, detail: string, at: string, inResponse: Iterable<string>): RefusedResponse {
    const repeated = [...inResponse]
    // A response may have tens of thousands: whatever is looked up below is looked up once for each.
    const sent = new Map(response.resources.map(resource => [resource.name, resource]))
    const names = [...sent.keys()]
    const named = namedIn(detail, names)
    const others = namedIn(detail, repeated).filter(name => !sent.has(name))
    // Of a response with one resource words that name nothing are about that one.
    const refused = new Set(named.length + others.length === 0 && names.length === 1 ? names : named)
    this.#accept(
      response,
      response.resources.filter(resource => !refused.has(resource.name)),
    )
    for (const name of refused) this.holdings.refuse(name, response.number)
    const resources = [...refused, ...others]
    // Words that name nothing may be about any of them.
    if (resources.length > 0) this.#acceptRepeated(without(repeated, new Set(resources)))
    const about = resources.length > 0 ? resources : names
    // What was repeated is what was sent last.
    const versionOf = (name: string): ResourceVersion => ({
      name,
      version: (sent.get(name) ?? this.holdings.get(name))?.version ?? '',
    })
    const open = about.filter(name => this.#wants(name))
    // What was unsubscribed meanwhile is of no concern, and no later ACK would make it good.
    if (open.length > 0 || about.length === 0)
      this.#rejections.reject({ detail, resources, at, response: response.number }, open)
    return {
      edition: response.edition,
      detail,
      about: about.map(versionOf),
      refused: resources.map(name => ({ ...versionOf(name), accepted: this.holdings.of(name).has })),
    }
  }
}

function without(names: readonly string[], others: ReadonlySet<string>): string[] {
  return names.filter(name => !others.has(name))
}
