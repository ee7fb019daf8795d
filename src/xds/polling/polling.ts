import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Principal } from '../../auth/principal.ts'
import type { DiscoveryAnswer, DiscoveryCaller, DiscoveryKind } from '../../model/discovery.ts'
import type { DiscoveryNode } from '../../proto/discovery-node.ts'
import type { StateRequest } from '../../proto/state-request.ts'
import { readStateRequest } from '../../proto/state-request-json.ts'
import { TYPE_URLS } from '../../proto/type-urls.ts'
import { fromRest } from '../../translate/config-source.ts'
import type { Arrivals } from '../convergence/arrivals.ts'
import type { Editions } from '../convergence/editions.ts'
import type { ProxyRegistry } from '../convergence/proxy-registry.ts'
import { ConfigSources } from '../streams/config-sources.ts'
import { FanOut } from '../streams/fan-out.ts'
import type { MessageCount, MessageCounts } from '../streams/message-counts.ts'
import { ProxyLog } from '../streams/proxy-log.ts'
import type { ProxyRefusal, ProxyStreamOptions } from '../streams/proxy-stream.ts'
import type { RunningTime } from '../streams/running-time.ts'
import {
  type Audience,
  type Audiences,
  type ClientNode,
  clientNode,
  nodeProblem,
} from '../tables/audience.ts'
import { PolledProxy } from './polled-proxy.ts'
import { stateJson } from './state-json.ts'
import { type StatedPolling, statedPolling } from './stated-polling.ts'

/** Beyond this many the one that was not heard for longest is forgotten. */
const MAX_PROXIES = 10_000
/** A proxy that has asked for more names than any has is known anew: nothing of the old ones is kept. */
const MAX_NAMES = 100_000

/** Whoever is not heard for as long as this, in milliseconds and in refreshes, is gone. */
const GONE_AFTER = 30_000
const GONE_AFTER_REFRESHES = 5
/** How often it is looked who is gone, in milliseconds. */
const LOOK_EVERY = 5_000

export interface PollingOptions {
  readonly audiences: Audiences
  /** As for streams: one gate for all forms. */
  readonly authorize: ProxyStreamOptions['authorize']
  readonly replica: string
  readonly allowEmpty: boolean
  readonly editions: Editions
  readonly arrivals: Pick<Arrivals, 'firstAfter'>
  readonly registry: Pick<ProxyRegistry, 'join' | 'leave' | 'told' | 'answered'>
  readonly messages: Pick<MessageCounts, 'of'>
  readonly time: Pick<RunningTime, 'now' | 'dateOf'>
  readonly log: Logger
  /** A client refused something. */
  readonly onRefused?: ((refusal: ProxyRefusal) => void) | undefined
}

interface Known {
  readonly proxy: PolledProxy
  readonly audience: Audience
  readonly log: ProxyLog
  readonly releaseSource: () => void
}

const TYPES: Readonly<Record<DiscoveryKind, string>> = {
  clusters: TYPE_URLS.cluster,
  endpoints: TYPE_URLS.endpoints,
  listeners: TYPE_URLS.listener,
  routes: TYPE_URLS.routes,
}

/**
 * Serves Envoys that ask by REST. Any replica can answer any request; who asks is remembered for a while, so that he is
 * shown, counts among those who ask for traffic, is waited for, and gets changes in their order.
 */
export class Polling {
  readonly #options: PollingOptions
  /** By all that a node says of itself, the one that was heard last at the end. */
  readonly #proxies = new Map<string, Known>()
  readonly #sources = new ConfigSources()
  readonly #fanOut: FanOut<PolledProxy>
  readonly #look: NodeJS.Timeout

  constructor(options: PollingOptions) {
    this.#options = options
    const { registry } = options
    this.#fanOut = new FanOut<PolledProxy>(proxy => registry.told(proxy, proxy.serve()))
    this.#look = setInterval(() => this.#forgetGone(), LOOK_EVERY).unref()
  }

  /** Every proxy has looked at what its views show now. */
  get isPassed(): boolean {
    return this.#fanOut.isIdle
  }

  /** Resolves when that is so. */
  passed(): Promise<void> {
    return this.#fanOut.idle()
  }

  /** The views show another edition now. */
  onEdition(): void {
    this.#fanOut.add([...this.#proxies.values()].map(one => one.proxy))
  }

  /** `body`: JSON of any kind. */
  async answer(
    kind: DiscoveryKind,
    body: unknown,
    principal: Principal,
    { peer, authority }: DiscoveryCaller,
  ): Promise<DiscoveryAnswer> {
    const read = readStateRequest(body)
    if (!read.ok) return { is: 'malformed', problems: read.problems }
    const typeUrl = TYPES[kind]
    const problem = problemOf(read.request, typeUrl)
    if (problem !== undefined) return { is: 'malformed', problems: [problem] }
    const request = { ...read.request, typeUrl }
    const { node } = request
    const client = clientNode(node as DiscoveryNode)
    const refusal = this.#options.authorize(principal, { node: client, request })
    if (refusal !== undefined) return { is: 'forbidden', detail: refusal }
    const { registry, messages, replica } = this.#options
    const count = messages.of('rest', typeUrl)
    count.requests += 1
    const { proxy } = this.#known(client, statedPolling((node as DiscoveryNode).metadata, authority), peer)
    proxy.peer = peer
    const state = await proxy.answer(typeUrl, request)
    registry.answered(proxy)
    if (state === undefined) return { is: 'unchanged' }
    count.responses += 1
    return { is: 'state', version: state.version, pieces: counted(stateJson(typeUrl, state, replica), count) }
  }

  close(): void {
    clearInterval(this.#look)
    for (const key of this.#proxies.keys()) this.#forget(key)
  }

  #known(client: ClientNode, stated: StatedPolling, peer: string): Known {
    const key = JSON.stringify([client, stated])
    const before = this.#proxies.get(key)
    if (before !== undefined && before.proxy.namesAsked > MAX_NAMES) this.#forget(key)
    const known = this.#proxies.get(key) ?? this.#open(client, stated, peer)
    known.proxy.heardAt = this.#options.time.now()
    this.#proxies.delete(key)
    this.#proxies.set(key, known)
    if (this.#proxies.size > MAX_PROXIES) this.#forget(this.#proxies.keys().next().value as string)
    return known
  }

  #open(client: ClientNode, { polling, warnings }: StatedPolling, peer: string): Known {
    const { audiences, registry, onRefused } = this.#options
    const { configSource, release } = this.#sources.use(fromRest(polling))
    const audience = audiences.join({ ...client, configSource }, true)
    const id = randomUUID()
    const log = new ProxyLog(this.#options.log, id)
    const proxy = new PolledProxy({
      ...this.#options,
      id,
      node: client,
      audience,
      refreshDelay: polling.refreshDelay * 1_000,
      warnings,
      refused: refusal => {
        const { typeUrl, detail } = refusal
        log.rejected({ typeUrl, error: detail })
        onRefused?.(refusal)
      },
    })
    registry.join(proxy)
    log.connected({ node: client, audience, form: 'rest', peer })
    return { proxy, audience, log, releaseSource: release }
  }

  #forgetGone(): void {
    const now = this.#options.time.now()
    for (const [key, { proxy }] of this.#proxies) {
      const silence = now - proxy.heardAt
      if (silence > Math.max(GONE_AFTER, GONE_AFTER_REFRESHES * proxy.refreshDelay)) this.#forget(key)
    }
  }

  #forget(key: string): void {
    const known = this.#proxies.get(key)
    if (known === undefined) return
    const { proxy, audience, log, releaseSource } = known
    this.#proxies.delete(key)
    this.#fanOut.remove(proxy)
    this.#options.registry.leave(proxy)
    audience.leave()
    releaseSource()
    log.disconnected(this.#options.editions.revisionOf(proxy.settled), proxy.responses)
  }
}

function* counted(pieces: Iterable<string>, count: MessageCount): Iterable<string> {
  for (const piece of pieces) {
    count.bytes += Buffer.byteLength(piece)
    yield piece
  }
}

function problemOf(request: StateRequest, typeUrl: string): { pointer: string; detail: string } | undefined {
  if (request.typeUrl !== '' && request.typeUrl !== typeUrl)
    return { pointer: '/type_url', detail: `must be ${typeUrl} here, or nothing` }
  // Who asks is said in every request: there is no stream that could remember it.
  if (request.node === undefined) return { pointer: '/node', detail: 'is missing' }
  const detail = nodeProblem(request.node)
  if (detail !== undefined) return { pointer: '/node', detail }
  return request.names.length > MAX_NAMES
    ? { pointer: '/resource_names', detail: `has more than ${MAX_NAMES} names` }
    : undefined
}
