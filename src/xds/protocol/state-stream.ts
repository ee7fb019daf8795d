import { ClaimedVersions } from '../../proto/claimed-versions.ts'
import type { StateRequest } from '../../proto/state-request.ts'
import type { Resource } from '../../translate/resource.ts'
import type { NameId } from '../names/name-id.ts'
import { DeltaStream, type DeltaStreamOptions, type DeltaStreamResponse } from './delta-stream.ts'
import { StatedType } from './stated-type.ts'
import { ROOT_TYPES } from './wildcard.ts'

/** One response to write, made from the newest state. */
export interface StateStreamResponse {
  readonly typeUrl: string
  readonly versionInfo: string
  readonly nonce: string
  /** Of a root type all that there is; of the others what is news. */
  readonly resources: readonly Resource[]
}

/** One type, and how far the talk about it is. */
interface Talk {
  readonly stated: StatedType
  /** Nonce of the newest response; '' when there was none. */
  nonce: string
  /** The client has answered that. */
  isAnswered: boolean
}

/**
 * One stream of the state of the world, all its types, over a `DeltaStream`: a statement of names becomes what it
 * changes, and what is to be sent becomes the state after it. So the order of things is the same, and where a cluster
 * takes another's place, the state between has both (xDS protocol, "Eventual consistency considerations").
 */
export class StateStream {
  readonly stream: DeltaStream
  readonly #talks = new Map<string, Talk>()

  constructor(options: DeltaStreamOptions) {
    // A part of a root type's state would say that the rest is gone.
    this.stream = new DeltaStream({ ...options, isWhole: typeUrl => ROOT_TYPES.has(typeUrl) })
  }

  /** As `DeltaStream.onRequest`. */
  onRequest(request: StateRequest<NameId>, at: Date): string | undefined {
    const { typeUrl, names } = request
    const talk = this.#talks.get(typeUrl) ?? open(typeUrl)
    const { subscribe, unsubscribe } = talk.stated.state(names)
    const isAskedAgain = subscribe.length + unsubscribe.length === 0 && isAskedAgainBy(request, talk)
    if (request.nonce === talk.nonce) talk.isAnswered = true
    const problem = this.stream.onRequest(
      {
        ...request,
        // Not before: a first request that names nothing, of a type without a wildcard, asks for nothing.
        subscribe: isAskedAgain ? [...talk.stated.names] : subscribe,
        unsubscribe,
        initialVersions: ClaimedVersions.NONE,
        isStated: true,
        hasReturned: request.versionInfo !== '',
        ...(ROOT_TYPES.has(typeUrl) && { repeated: () => talk.stated.sent.keys() }),
      },
      at,
    )
    // What is not served is not remembered either.
    if (this.stream.hasType(typeUrl)) this.#talks.set(typeUrl, talk)
    return problem
  }

  /** As `DeltaStream.next`. */
  next(now: number): StateStreamResponse | undefined {
    for (let news = this.stream.next(now); news; news = this.stream.next(now)) {
      const response = this.#response(news)
      if (response) return response
      this.stream.passOver(news)
    }
    return undefined
  }

  /** undefined: this form has no words for it. */
  #response(news: DeltaStreamResponse): StateStreamResponse | undefined {
    const { typeUrl, nonce, removed } = news
    const talk = this.#talks.get(typeUrl)
    if (talk === undefined) throw new Error(`a response of ${typeUrl}, which the client never asked for`)
    talk.stated.take(news)
    const isRoot = ROOT_TYPES.has(typeUrl)
    // Of other types an absence cannot be said: whoever waits for such a name is told when it comes to be.
    if (!isRoot && news.resources.length === 0 && removed.length > 0) return undefined
    talk.nonce = nonce
    talk.isAnswered = false
    const resources = isRoot ? [...talk.stated.sent.values()] : news.resources
    return { typeUrl, nonce, versionInfo: talk.stated.version, resources }
  }
}

function open(typeUrl: string): Talk {
  const stated = new StatedType(ROOT_TYPES.has(typeUrl))
  return { stated, nonce: '', isAnswered: true }
}

/**
 * Envoy that warms a cluster states the same names again, with the nonce that it has answered (envoy #13009): it looks
 * like a second ACK, and wants to be sent them again. A first ACK or NACK, or one that comes late, asks for nothing.
 */
function isAskedAgainBy({ nonce, error }: StateRequest<NameId>, talk: Talk): boolean {
  return error === undefined && talk.isAnswered && (nonce === talk.nonce || nonce === '')
}
