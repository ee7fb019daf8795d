import { placeName } from '../../locality/place.ts'
import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type { ProxyStatus } from '../../model/proxies.ts'
import type { StateRequest } from '../../proto/state-request.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import type { Resource } from '../../translate/resource.ts'
import type { Arrivals } from '../convergence/arrivals.ts'
import type { Editions } from '../convergence/editions.ts'
import type { RegisteredProxy } from '../convergence/proxy-registry.ts'
import type { RefusedResponse } from '../protocol/deliveries.ts'
import { ShownResources } from '../protocol/shown-resources.ts'
import type { Stance } from '../protocol/subscription.ts'
import type { ProxyRefusal } from '../streams/proxy-stream.ts'
import type { RunningTime } from '../streams/running-time.ts'
import type { Audience, ClientNode } from '../tables/audience.ts'
import { NamedView } from '../tables/named-view.ts'
import { currentState } from './current-state.ts'
import { keptClusters, mustWait } from './polled-order.ts'
import { answerOf, heldType, typeStatus } from './polled-status.ts'
import type { Question } from './question.ts'
import { Questions } from './questions.ts'
import type { State } from './state-json.ts'

export interface PolledProxyOptions {
  readonly id: string
  readonly node: ClientNode
  readonly audience: Audience
  readonly editions: Editions
  readonly arrivals: Pick<Arrivals, 'firstAfter'>
  readonly time: Pick<RunningTime, 'now' | 'dateOf'>
  readonly allowEmpty: boolean
  readonly replica: string
  /** Milliseconds from an answer to the next request of the same, at least; Envoy takes up to twice as long. */
  readonly refreshDelay: number
  /** What its node says that cannot be. */
  readonly warnings: readonly string[]
  readonly refused: (refusal: ProxyRefusal) => void
}

/**
 * An Envoy that asks by REST, as it is known from its requests to this replica. Nothing but the order of changes hangs on
 * that: what is not known is answered with the newest state.
 *
 * Each request is one question. While its answer is another one than the client has, and was not refused, the question
 * is due; when no question is, all is settled.
 */
export class PolledProxy implements RegisteredProxy {
  readonly id: string
  readonly form = 'rest'
  readonly #options: PolledProxyOptions
  readonly #connectedAt = new Date()
  readonly #questions = new Questions()
  readonly #views: ReadonlyMap<string, NamedView>
  readonly #cursors = new Map<string, number>()
  readonly #due = new Set<Question>()
  #settled = 0
  #responses = 0
  #newsAfter = 0
  /** Remote address of the last request. */
  peer = ''
  /** When it was last heard. */
  heardAt = 0

  constructor(options: PolledProxyOptions) {
    this.id = options.id
    this.#options = options
    this.#views = new Map(
      Object.values(TYPE_URLS).flatMap(typeUrl => {
        const view = options.audience.views(typeUrl)
        return view === undefined ? [] : [[typeUrl, new NamedView(view, options.audience.names)]]
      }),
    )
    for (const [typeUrl, view] of this.#views) this.#cursors.set(typeUrl, view.position)
  }

  get node(): string {
    return this.#options.node.id
  }

  get gateway(): string {
    return this.#options.node.gateway
  }

  get zone(): string {
    return placeName(this.#options.audience.viewpoint())
  }

  get settled(): number {
    return this.#settled
  }

  get responses(): number {
    return this.#responses
  }

  get newsAfter(): number {
    return this.#newsAfter
  }

  /** What is refused counts as answered, and holds nothing else back. */
  get isStuck(): boolean {
    return false
  }

  get isSynced(): boolean {
    return this.#due.size === 0
  }

  get namesAsked(): number {
    return this.#questions.namesAsked
  }

  get refreshDelay(): number {
    return this.#options.refreshDelay
  }

  rejectedAfter(response: number): { typeUrl: string; detail: string }[] {
    return [...this.#questions.all()].flatMap(({ typeUrl, rejection }) =>
      rejection && rejection.response > response ? [{ typeUrl, detail: rejection.detail }] : [],
    )
  }

  get status(): ProxyStatus {
    const { node, audience, replica, editions, arrivals, time, warnings } = this.#options
    const since = arrivals.firstAfter(this.#settled)
    return {
      id: this.id,
      node: node.id,
      kind: node.kind,
      gateway: node.gateway,
      viewpoint: audience.viewpoint(),
      form: this.form,
      ...(audience.configSource && { configSource: audience.configSource.json }),
      replica,
      userAgent: node.userAgent,
      peer: this.peer,
      connectedAt: this.#connectedAt.toISOString(),
      revision: editions.revisionOf(this.#settled),
      ...(since && {
        behind: { revisions: editions.current - this.#settled, since: since.toISOString() },
      }),
      synced: this.isSynced,
      types: this.#asked.map(([typeUrl, questions]) =>
        typeStatus(
          typeUrl,
          questions,
          one => this.#due.has(one),
          at => time.dateOf(at),
        ),
      ),
      warnings: [...warnings, ...audience.warnings()],
    }
  }

  get held(): HeldType[] {
    return this.#asked.map(([typeUrl, questions, view]) => heldType(typeUrl, questions, view))
  }

  stance(typeUrl: string, resource: ResourceVersion): Stance | undefined {
    const { name, version } = resource
    const questions = this.#questions.ofType(typeUrl)
    if (!questions.some(one => one.isWildcard || one.names.includes(name))) return undefined
    return {
      isCurrent: this.#views.get(typeUrl)?.get(name)?.version === version,
      answer: answerOf(questions, resource),
    }
  }

  /** The views have come to show something else. Returns whether it is news to this client. */
  serve(): boolean {
    let isNews = false
    for (const [typeUrl, view] of this.#views) {
      const cursor = this.#cursors.get(typeUrl) ?? 0
      if (view.position === cursor) continue
      this.#cursors.set(typeUrl, view.position)
      const changed = new Set(view.changedSince(cursor))
      for (const question of this.#questions.ofType(typeUrl)) {
        if (!question.isConcerned(changed, view)) continue
        this.#due.add(question)
        question.changedAt = this.#options.time.now()
        isNews = true
      }
    }
    if (isNews) this.#newsAfter = this.#responses
    this.#settle()
    return isNews
  }

  /** The state to send; undefined: what the client has is to stay. */
  async answer(typeUrl: string, request: StateRequest): Promise<State | undefined> {
    const view = this.#views.get(typeUrl)
    if (view === undefined) return undefined
    const { question, isNew } = this.#questions.ask(typeUrl, request.names)
    if (isNew) this.#due.add(question)
    const before = question.taken
    const at = new Date().toISOString()
    const refused = question.hear(request, at)
    if (refused) this.#refused(typeUrl, refused, at)
    const state = this.#isSilent(request) ? undefined : await this.#answer(question, view, request)
    if (question.taken !== undefined && question.taken !== before)
      for (const dropped of this.#questions.dropUnnamed(question)) this.#due.delete(dropped)
    this.#settle()
    return state
  }

  get #asked(): [string, Question[], NamedView][] {
    return [...this.#views].flatMap(([typeUrl, view]) => {
      const questions = this.#questions.ofType(typeUrl)
      return questions.length === 0 ? [] : [[typeUrl, questions, view] as [string, Question[], NamedView]]
    })
  }

  /** A lost volume must not wipe a fleet: who has something keeps it. */
  #isSilent({ versionInfo }: StateRequest): boolean {
    const { editions, allowEmpty } = this.#options
    return editions.current === 0 && versionInfo !== '' && !allowEmpty
  }

  async #answer(question: Question, view: NamedView, request: StateRequest): Promise<State | undefined> {
    const { time, refreshDelay, editions } = this.#options
    question.heardAt = time.now()
    const kept = keptClusters(question, this.#questions, view, { now: time.now(), refreshDelay })
    const { position } = view
    const mayHave = request.versionInfo !== '' && question.latest === undefined
    const shown = new ShownResources(view, question, mayHave)
    const state = await stateOf(question, view, shown, kept)
    const now = time.now()
    if (request.versionInfo === state.version) {
      question.newestAt = now
      if (question.taken?.version !== state.version) question.take(state)
      if (kept.size === 0 && view.position === position) this.#due.delete(question)
      return undefined
    }
    if (question.isRefused(state.version)) this.#due.delete(question)
    else this.#due.add(question)
    if (mustWait(question, state, request, this.#questions, { now, refreshDelay })) return undefined
    if (question.isResting(state, request, now)) return undefined
    this.#responses += 1
    question.send(state, request, { number: this.#responses, edition: editions.current, at: now })
    return state
  }

  #refused(typeUrl: string, { edition, detail, about, refused }: RefusedResponse, at: string): void {
    this.#options.refused({
      proxy: this.id,
      node: this.node,
      gateway: this.gateway,
      peer: this.peer,
      typeUrl,
      resources: about,
      refused,
      revision: this.#options.editions.revisionOf(edition),
      detail,
      at,
    })
  }

  #settle(): void {
    if (this.#due.size === 0) this.#settled = this.#options.editions.current
  }
}

/** What the view shows of a question's names, and what is kept beside it. Of a wildcard it is made once for each change. */
async function stateOf(
  question: Question,
  view: NamedView,
  shown: ShownResources<string>,
  kept: ReadonlyMap<string, Resource>,
): Promise<State> {
  if (!question.isWildcard) return currentState(name => shown.get(name), question.names)
  const { known } = question
  const { position } = view
  const beside = [...kept.keys()]
  if (known?.position === position && known.kept.join('\n') === beside.join('\n')) return known.state
  const names = [...view.all(), ...beside]
  const state = await currentState(name => shown.get(name) ?? kept.get(name), names)
  question.known = { position, kept: beside, state }
  return state
}
