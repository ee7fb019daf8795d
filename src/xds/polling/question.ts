import type { ResourceVersion } from '../../model/nacks.ts'
import type { Resource } from '../../translate/resource.ts'
import type { RefusedResponse } from '../protocol/deliveries.ts'
import type { Holding } from '../protocol/holdings.ts'
import { namedIn, type Rejection } from '../protocol/rejection.ts'
import type { NamedView } from '../tables/named-view.ts'
import type { State } from './state-json.ts'

/** How long a client that refuses a state is not sent it again, in milliseconds: each time it would read all of it. */
const REFUSED_FOR = 30_000

/** What a request says of the answer before it. */
export interface Reply {
  /** Of the last state that the client took; '' when there is none. */
  readonly versionInfo: string
  /** Present: a NACK in the client's words. */
  readonly error?: string
}

interface Answer {
  readonly state: State
  /** The version that the client had. */
  readonly brought: string
  /** Among all answers of its client. */
  readonly number: number
  /** What the views showed. */
  readonly edition: number
  readonly at: number
  /** How often it was sent to somebody who had that. */
  readonly times: number
}

/**
 * One thing that a client asks for again and again, everything of a root type or some names, and how far it got.
 *
 * - new: never answered.
 * - sent: left by a request that brings the version of what was sent (taken), or what the one before brought (refused).
 * - taken, refused: left by sending another state, or the same to a client that has nothing any more.
 *
 * Envoy reports no error by REST (`HttpSubscriptionImpl`): a request that is repeated unchanged is all that is seen of a
 * NACK, and of an answer that got lost, so it is answered once more before it counts.
 */
export class Question {
  readonly typeUrl: string
  /** Sorted; of a wildcard none. */
  readonly names: readonly string[]
  readonly isWildcard: boolean
  /** When it was asked last, and when last with the newest version. */
  heardAt = 0
  newestAt = Number.NEGATIVE_INFINITY
  /** When the views last came to show something else of it. */
  changedAt = 0
  /** Since when an answer waits for what it refers to. */
  heldSince: number | undefined
  /** Of clusters: since when its client has some that are gone. */
  goneSince: number | undefined
  /** What the view showed at a position, with what is kept beside it. */
  known: { readonly position: number; readonly kept: readonly string[]; readonly state: State } | undefined
  #answer: Answer | undefined
  #taken: State | undefined
  #rejection: (Rejection & { readonly version: string }) | undefined

  constructor(typeUrl: string, names: readonly string[], isWildcard: boolean) {
    this.typeUrl = typeUrl
    this.names = names
    this.isWildcard = isWildcard
  }

  /** What the client was sent last, or has said that it has. */
  get latest(): State | undefined {
    return this.#answer?.state ?? this.#taken
  }

  get taken(): State | undefined {
    return this.#taken
  }

  /** How one name of it stands with the client. */
  of(name: string): Holding {
    const find = (state: State | undefined) => state?.resources.find(one => one.name === name)
    return { has: find(this.#taken), sent: find(this.latest), isAwaited: this.unansweredSince !== undefined }
  }

  /** All that its client may have of it. */
  get possible(): readonly Resource[] {
    const sent = this.#answer?.state.resources ?? []
    return this.#taken === undefined || this.#taken === this.#answer?.state
      ? sent
      : [...sent, ...this.#taken.resources]
  }

  /** When the state was sent that is neither taken nor refused. */
  get unansweredSince(): number | undefined {
    const answer = this.#answer
    if (answer === undefined || this.#taken === answer.state || this.isRefused(answer.state.version))
      return undefined
    return answer.at
  }

  get rejection(): Rejection | undefined {
    return this.#rejection
  }

  isRefused(version: string): boolean {
    return this.#rejection?.version === version
  }

  /** Whether a change of these names may make another answer. What is gone is not asked for any more. */
  isConcerned(changed: ReadonlySet<string>, view: NamedView): boolean {
    if (this.isWildcard) return this.known?.position !== view.position
    return this.names.some(name => {
      if (!changed.has(name)) return false
      const now = view.get(name)
      return (
        now !== undefined && this.latest?.resources.find(one => one.name === name)?.version !== now.version
      )
    })
  }

  /** Takes what a request says of the last answer; returns the NACK, where it is one that was not heard before. */
  hear({ versionInfo, error }: Reply, at: string): RefusedResponse | undefined {
    const answer = this.#answer
    if (answer === undefined || this.#taken === answer.state) return undefined
    const { state, brought, times, number, edition } = answer
    if (versionInfo === state.version) {
      this.take(state)
      return undefined
    }
    // Who has nothing may be another one, which began anew.
    const isRepeated = versionInfo === brought && times > (brought === '' ? 1 : 0)
    if ((error === undefined && !isRepeated) || this.isRefused(state.version)) return undefined
    const had = versionInfo === '' ? 'no version' : `version ${versionInfo}`
    const detail =
      error ??
      `asked again with ${had} after it was sent ${state.version}: what it logged says why it was not taken`
    const news = this.#newsIn(state)
    const names = news.map(one => one.name)
    const named = namedIn(error ?? '', names)
    const resources = named.length === 0 && names.length === 1 ? names : named
    this.#rejection = { detail, resources, at, response: number, version: state.version }
    const about = news.filter(({ name }) => resources.length === 0 || resources.includes(name))
    // Without words it is not for certain: the answer may have been lost.
    const refused = error === undefined || resources.length === 0 ? [] : about
    return {
      edition,
      detail,
      about,
      refused: refused.map(one => ({ ...one, accepted: this.#has(one.name) })),
    }
  }

  /** The client has this state. */
  take(state: State): void {
    this.#taken = state
    this.#rejection = undefined
    this.heldSince = undefined
  }

  /** It refused this state more than once, with something of its own to go on with: it is not sent it for a while. */
  isResting(state: State, { versionInfo }: Reply, now: number): boolean {
    const answer = this.#answer
    if (answer === undefined || versionInfo === '' || !this.isRefused(state.version)) return false
    return answer.state.version === state.version && answer.times > 1 && now - answer.at < REFUSED_FOR
  }

  send(
    state: State,
    { versionInfo }: Reply,
    { number, edition, at }: Pick<Answer, 'number' | 'edition' | 'at'>,
  ): void {
    const before = this.#answer
    const isSame = before?.state.version === state.version && before.brought === versionInfo
    if (versionInfo === '') this.#taken = undefined
    this.#answer = {
      state,
      brought: versionInfo,
      number,
      edition,
      at,
      times: isSame ? before.times + 1 : 1,
    }
  }
  #newsIn({ resources }: State): ResourceVersion[] {
    const had = new Map(this.#taken?.resources.map(one => [one.name, one.version]))
    return resources.flatMap(({ name, version }) => (had.get(name) === version ? [] : [{ name, version }]))
  }

  #has(name: string): Resource | undefined {
    return this.#taken?.resources.find(one => one.name === name)
  }
}
