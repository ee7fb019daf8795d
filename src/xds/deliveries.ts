import type { Resource } from '../translate/resource.ts'
import { GIVE_UP, Holdings, type ReferencesInUse } from './holdings.ts'
import { namedIn, type Rejection, Rejections } from './rejection.ts'
import { type SentResponse, Unanswered } from './unanswered.ts'

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

  sent(nonce: string, response: SentResponse): void {
    const { number, at, resources, removed } = response
    for (const resource of resources) this.holdings.put(resource.name, resource, number, at)
    for (const name of removed) this.holdings.put(name, undefined, number, at)
    const givenUp = this.#unanswered.add(nonce, response)
    if (givenUp) this.#accept(givenUp, givenUp.resources)
  }

  /** An ACK, or with `error` a NACK. Without effect for a nonce that is unknown or was answered. */
  answer(nonce: string, error: string | undefined, at: string): void {
    const responses = this.#unanswered.takeThrough(nonce)
    const answered = responses.pop()
    if (!answered) return
    for (const earlier of responses) this.#accept(earlier, earlier.resources)
    if (error === undefined) this.#accept(answered, answered.resources)
    else this.#reject(answered, error, at)
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

  /** What the words do not name was taken. */
  #reject(response: SentResponse, detail: string, at: string): void {
    const names = response.resources.map(resource => resource.name)
    const named = new Set(namedIn(detail, names))
    this.#accept(
      response,
      response.resources.filter(resource => !named.has(resource.name)),
    )
    for (const name of named) this.holdings.refuse(name, response.number)
    const about = named.size > 0 ? named : names
    this.#rejections.reject({ detail, resources: [...named], at, response: response.number }, about)
  }
}
