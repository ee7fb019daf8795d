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

/** Responses of one type that wait for their answer: nearly always one, or none. */
export class Unanswered {
  /** Oldest first. */
  readonly #responses: { readonly nonce: string; readonly response: SentResponse }[] = []
  /** The oldest response that was given up for the limit's sake; only an answer to a later one ends that. */
  #givenUp = Number.POSITIVE_INFINITY

  /** Number of the oldest response without an answer; Infinity when there is none. */
  get oldest(): number {
    const [first] = this.#responses
    return first === undefined ? this.#givenUp : Math.min(this.#givenUp, first.response.flight.number)
  }

  /** When the oldest of them was sent; undefined when there is none. */
  get since(): number | undefined {
    return this.#responses[0]?.response.flight.at
  }

  /** Adds a response; returns the one that is given up for it. */
  add(nonce: string, response: SentResponse): SentResponse | undefined {
    this.#responses.push({ nonce, response })
    if (this.#responses.length <= LIMIT) return undefined
    const givenUp = this.#responses.shift()?.response
    this.#givenUp = Math.min(this.#givenUp, givenUp?.flight.number ?? Number.POSITIVE_INFINITY)
    return givenUp
  }

  /**
   * The response of this nonce as the last, and those before it: clients answer in order, so its answer stands for
   * them as well. Empty for a nonce that is unknown or was answered.
   */
  takeThrough(nonce: string): SentResponse[] {
    const index = this.#indexOf(nonce)
    if (index < 0) return []
    this.#givenUp = Number.POSITIVE_INFINITY
    return this.#responses.splice(0, index + 1).map(one => one.response)
  }

  /** The response of this nonce, which was not sent after all. */
  take(nonce: string): SentResponse | undefined {
    const index = this.#indexOf(nonce)
    return index < 0 ? undefined : this.#responses.splice(index, 1)[0]?.response
  }

  values(): Iterable<SentResponse> {
    return this.#responses.map(one => one.response)
  }

  #indexOf(nonce: string): number {
    return this.#responses.findIndex(one => one.nonce === nonce)
  }
}
