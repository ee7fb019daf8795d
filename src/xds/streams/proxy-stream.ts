import { type ServerDuplexStream, type StatusObject, status } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { Authenticate } from '../../auth/authenticate.ts'
import type { Principal } from '../../auth/principal.ts'
import type { Refusal } from '../../model/nacks.ts'
import type { ProxyForm } from '../../model/proxies.ts'
import type { DiscoveryRequest } from '../../proto/discovery-request.ts'
import type { Arrivals } from '../convergence/arrivals.ts'
import type { Editions } from '../convergence/editions.ts'
import type { RegisteredProxy } from '../convergence/proxy-registry.ts'
import type { RefusedResponse, RefusedVersion } from '../protocol/deliveries.ts'
import type { Bodies, Dialogue, Form } from '../protocol/form.ts'
import type { Audience, Audiences, ClientNode } from '../tables/audience.ts'
import { type Authorize, admit } from './admission.ts'
import type { ConfigSources } from './config-sources.ts'
import type { MessageCounts } from './message-counts.ts'
import { MessageStream } from './message-stream.ts'
import { joinByOwnStream } from './own-stream.ts'
import { ProxyLog } from './proxy-log.ts'
import type { RunningTime } from './running-time.ts'
import { StreamedProxy } from './streamed-proxy.ts'

/** Bytes that may wait in the transport for a slow reader; the rest is not even made. */
const UNWRITTEN_LIMIT = 256 * 1024

/** What stands behind a joined stream. */
interface Joined<Request extends DiscoveryRequest> {
  readonly node: ClientNode
  readonly audience: Audience
  readonly dialogue: Dialogue<Request>
  readonly proxy: RegisteredProxy
}

/** A method of the server: what is spoken on its streams. */
export interface Method<Request extends DiscoveryRequest> {
  readonly form: Form<Request>
  /** Of a stream of one type: it need not be named, and no other may be. */
  readonly typeUrl?: string
}

/** A stream as those see it who serve it. */
export interface ServedStream {
  /** From the first message to the end. */
  readonly proxy: RegisteredProxy | undefined
  /** There is much to send. */
  readonly isFarBehind: boolean
  /** Sends what there is to send; the views have come to show something else. Returns whether it is news to this client. */
  serve(): boolean
  end(code: status, details: string): void
}

/** A NACK, and who said it. */
export interface ProxyRefusal extends Refusal {
  /** Remote address. */
  readonly peer: string
  /** What was refused for certain. */
  readonly refused: readonly RefusedVersion[]
}

export interface ProxyStreamOptions {
  readonly audiences: Audiences
  /** Judges the call's `authorization` before anything is decoded. */
  readonly authenticate: Authenticate
  readonly authorize: Authorize
  /** Name of this replica. */
  readonly replica: string
  readonly allowEmpty: boolean
  /** For clients that know of times to live, in milliseconds; default none. */
  readonly resourceTtl?: number | undefined
  readonly log: Logger
  readonly editions: Editions
  readonly arrivals: Pick<Arrivals, 'firstAfter'>
  readonly messages: MessageCounts
  readonly bodies: Bodies
  readonly configSources: ConfigSources
  /** What gates wait by. */
  readonly time: Pick<RunningTime, 'now' | 'dateOf'>
  /** Milliseconds after which a stream that begins now must begin anew; undefined: never. */
  readonly lifetime: () => number | undefined
  readonly joined: (proxy: RegisteredProxy) => void
  /** Its client said something, or can take more: it wants to be served. */
  readonly requested: (stream: ServedStream) => void
  /** Its client answered what it was sent, and there is nothing else for it. */
  readonly answered: (proxy: RegisteredProxy) => void
  /** Its client refused something. */
  readonly refused: (refusal: ProxyRefusal) => void
  /** It is over, joined or not; called once. */
  readonly left: (stream: ServedStream, proxy: RegisteredProxy | undefined) => void
}

type Call = ServerDuplexStream<Buffer, Buffer>

/**
 * One call of any method, bytes in and bytes out: the same for every form of the protocol.
 *
 * - new: entered by the call, its caller is known; left by the first message, which must have a node.
 * - joined: has its audience and stands in the registry.
 * - ended: by the client, by an error of the client's, or by `end`; left by nothing. `close` gives all back.
 *
 * Nothing that a client sends throws past this class.
 */
export class ProxyStream<Request extends DiscoveryRequest> implements ServedStream {
  readonly #id: string
  readonly #form: ProxyForm
  readonly #call: Call
  readonly #messages: MessageStream
  readonly #method: Method<Request>
  readonly #options: ProxyStreamOptions
  readonly #principal: Principal
  readonly #log: ProxyLog
  #joined: Joined<Request> | undefined
  #isEnded = false
  #isReleased = false
  #unwritten = 0
  #timer: NodeJS.Timeout | undefined
  #lifetime: NodeJS.Timeout | undefined

  constructor(
    id: string,
    call: Call,
    method: Method<Request>,
    principal: Principal,
    options: ProxyStreamOptions,
  ) {
    this.#id = id
    this.#form = method.typeUrl === undefined ? method.form.name : `${method.form.name}-per-type`
    this.#call = call
    this.#messages = new MessageStream(call)
    this.#method = method
    this.#options = options
    this.#principal = principal
    this.#log = new ProxyLog(options.log, id)
    const lifetime = options.lifetime()
    if (lifetime !== undefined) this.#lifetime = setTimeout(() => this.#expire(), lifetime)
    this.#messages.onMessage(bytes => this.#guard(() => this.#onMessage(bytes)))
    call.on('end', () => this.#guard(() => this.#finish()))
    call.on('cancelled', () => this.#guard(() => this.#close()))
    call.on('close', () => this.#guard(() => this.#close()))
  }

  get proxy(): RegisteredProxy | undefined {
    return this.#joined?.proxy
  }

  get isFarBehind(): boolean {
    return this.#joined?.dialogue.stream.isFarBehind === true
  }

  serve(): boolean {
    let isNews = false
    this.#guard(() => {
      isNews = this.#joined?.dialogue.stream.onEdition(this.#options.editions.current) ?? false
      this.#pump()
    })
    return isNews
  }

  end(code: status, details: string): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#log.ended(code, details, this.#call.getPeer())
    const reason: Partial<StatusObject> = { code, details }
    this.#call.emit('error', reason)
    this.#release()
  }

  #onMessage(bytes: Buffer): void {
    if (this.#isEnded) return
    const { names } = this.#options.audiences
    names.sweep()
    const decoded = this.#method.form.decode(bytes, names)
    if (!decoded.ok) {
      this.end(status.INVALID_ARGUMENT, decoded.detail)
      return
    }
    const request = this.#typed(decoded.request)
    if (request === undefined) {
      this.end(status.INVALID_ARGUMENT, `this stream is for ${this.#method.typeUrl} alone`)
      return
    }
    const arrival = { principal: this.#principal, known: this.#joined?.node, said: request.node, request }
    const admission = admit(arrival, this.#options.authorize)
    if (!admission.ok) {
      this.end(admission.code, admission.details)
      return
    }
    this.#onRequest(this.#joined?.dialogue ?? this.#join(admission.node), request)
  }

  /** The request with its type, which a stream of one type implies; undefined: it is of another one. */
  #typed(request: Request): Request | undefined {
    const { typeUrl } = this.#method
    if (typeUrl === undefined || request.typeUrl === typeUrl) return request
    return request.typeUrl === '' ? { ...request, typeUrl } : undefined
  }

  #onRequest(dialogue: Dialogue<Request>, request: Request): void {
    this.#options.messages.of(this.#form, request.typeUrl).requests += 1
    if (request.error !== undefined) this.#log.rejected(request)
    const problem = dialogue.onRequest(request, new Date())
    if (problem !== undefined) {
      this.end(status.INVALID_ARGUMENT, problem)
      return
    }
    const { proxy } = this.#joined ?? {}
    if (proxy && dialogue.stream.isAtRest) this.#options.answered(proxy)
    else this.#options.requested(this)
  }

  #refused({ id, gateway }: ClientNode, typeUrl: string, response: RefusedResponse): void {
    const { edition, detail, about, refused } = response
    this.#options.refused({
      proxy: this.#id,
      node: id,
      gateway,
      peer: this.#call.getPeer(),
      typeUrl,
      resources: about,
      refused,
      revision: this.#options.editions.revisionOf(edition),
      detail,
      at: new Date().toISOString(),
    })
  }

  #join(node: ClientNode): Dialogue<Request> {
    const { editions, time, allowEmpty } = this.#options
    const { form, typeUrl } = this.#method
    const audience =
      typeUrl === undefined
        ? this.#options.audiences.join(node, true)
        : joinByOwnStream(node, { form: form.name, typeUrl, authority: this.#call.getHost() }, this.#options)
    const dialogue = form.open({
      id: this.#id,
      names: audience.names,
      views: audience.views,
      edition: editions.current,
      now: time.now(),
      allowEmpty,
      isOfOneType: typeUrl !== undefined,
      knowsTtl: node.knowsTtl === true,
      ttl: node.knowsTtl ? this.#options.resourceTtl : undefined,
      onRefused: (type, refused) => this.#refused(node, type, refused),
    })
    const { stream } = dialogue
    const peer = this.#call.getPeer()
    const proxy = new StreamedProxy(
      { id: this.#id, form: this.#form, node, audience, stream, peer },
      this.#options,
    )
    this.#joined = { node, audience, dialogue, proxy }
    this.#options.joined(proxy)
    this.#log.connected({ node, audience, form: this.#form, peer })
    return dialogue
  }

  /** Writes as long as the transport takes it: what is not written yet is not made yet, and so stays the newest. */
  #pump(): void {
    const { dialogue } = this.#joined ?? {}
    if (!dialogue) return
    const { editions, messages, bodies, time } = this.#options
    while (!this.#isEnded && this.#unwritten < UNWRITTEN_LIMIT) {
      const signature = { systemVersion: String(editions.revision), bodies }
      const response = dialogue.next(time.now(), signature)
      if (!response) {
        this.#wakeAt(dialogue.wakeAt())
        return
      }
      const { head, body } = response
      const length = head.length + body.length
      const count = messages.of(this.#form, response.typeUrl)
      count.responses += 1
      count.bytes += length
      this.#unwritten += length
      this.#messages.send(head, body, () => this.#guard(() => this.#written(length)))
    }
  }

  #written(length: number): void {
    const wasFull = this.#unwritten >= UNWRITTEN_LIMIT
    this.#unwritten -= length
    if (wasFull && this.#unwritten < UNWRITTEN_LIMIT) this.#options.requested(this)
  }

  #wakeAt(at: number | undefined): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (at === undefined) return
    const left = Math.max(0, at - this.#options.time.now())
    this.#timer = setTimeout(() => this.#guard(() => this.#pump()), left)
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#log.failed(error)
      this.end(status.INTERNAL, 'internal error')
    }
  }

  /** The client has said all that it wanted to say: the call is over (OK). */
  #finish(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#call.end()
    this.#release()
  }

  /** The client has been asked to open another connection for what comes next. */
  #expire(): void {
    this.end(status.UNAVAILABLE, 'this connection is as old as it may get: connect again')
  }

  #close(): void {
    this.#isEnded = true
    this.#release()
  }

  #release(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#lifetime)
    if (this.#isReleased) return
    this.#isReleased = true
    const joined = this.#joined
    this.#options.left(this, joined?.proxy)
    this.#joined = undefined
    if (!joined) return
    joined.audience.leave()
    const { settled, responses } = joined.dialogue.stream
    this.#log.disconnected(this.#options.editions.revisionOf(settled), responses)
  }
}
