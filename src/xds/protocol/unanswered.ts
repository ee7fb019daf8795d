import type { Resource } from '../../translate/resource.ts'
import type { NameId } from '../names/name-id.ts'
import type { FirstPart } from '../tables/first-parts.ts'
import type { Flight } from './flight.ts'
import type { News } from './news.ts'

/** A client that answers nothing must not fill the memory: beyond this the oldest response counts as taken. */
const LIMIT = 100

export interface SentResponse {
  readonly flight: Flight
  /** What the views showed then. */
  readonly edition: number
  readonly resources: readonly Resource[]
  /** Their names. */
  readonly ids: readonly NameId[]
  readonly removed: readonly NameId[]
  /** All resources are its, and the client had nothing of any; default: they are looked at one by one. */
  readonly part?: FirstPart | undefined
  /** It is this, and the client had what it replaces; default: they are looked at one by one. */
  readonly news?: News | undefined
}

/** Responses of one type that wait for their answer, by nonce. */
export class Unanswered {
  /** Oldest first. */
  readonly #responses = new Map<string, SentResponse>()
  /** The oldest response that was given up for the limit's sake; only an answer to a later one ends that. */
  #givenUp = Number.POSITIVE_INFINITY

  /** Number of the oldest response without an answer; Infinity when there is none. */
  get oldest(): number {
    return Math.min(this.#givenUp, this.#first?.flight.number ?? Number.POSITIVE_INFINITY)
  }

  /** When the oldest of them was sent; undefined when there is none. */
  get since(): number | undefined {
    return this.#first?.flight.at
  }

  get #first(): SentResponse | undefined {
    return this.#responses.size === 0 ? undefined : this.#responses.values().next().value
  }

  /** Adds a response; returns the one that is given up for it. */
  add(nonce: string, response: SentResponse): SentResponse | undefined {
    this.#responses.set(nonce, response)
    if (this.#responses.size <= LIMIT) return undefined
    const [[oldest, givenUp]] = this.#responses as unknown as [[string, SentResponse]]
    this.#responses.delete(oldest)
    this.#givenUp = Math.min(this.#givenUp, givenUp.flight.number)
    return givenUp
  }

  /**
   * The response of this nonce as the last, and those before it: clients answer in order, so its answer stands for
   * them as well. Empty for a nonce that is unknown or was answered.
   */
  takeThrough(nonce: string): SentResponse[] {
    if (!this.#responses.has(nonce)) return []
    this.#givenUp = Number.POSITIVE_INFINITY
    const taken: SentResponse[] = []
    for (const [key, response] of this.#responses) {
      taken.push(response)
      this.#responses.delete(key)
      if (key === nonce) break
    }
    return taken
  }

  /** The response of this nonce, which was not sent after all. */
  take(nonce: string): SentResponse | undefined {
    const response = this.#responses.get(nonce)
    this.#responses.delete(nonce)
    return response
  }

  values(): Iterable<SentResponse> {
    return this.#responses.values()
  }
}
