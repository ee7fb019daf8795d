import { status } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import { placeName } from '../../locality/place.ts'
import type { ProxyForm } from '../../model/proxies.ts'
import type { DiscoveryRequest } from '../../proto/discovery-request.ts'
import type { Audience, ClientNode } from '../tables/audience.ts'

/** Longest text of a client's that goes into a log line, in characters. */
const LOGGED_TEXT = 1024

/** Ends that no client is to blame for, and nobody need look at. */
const EXPECTED: ReadonlySet<status> = new Set([status.OK, status.CANCELLED, status.UNAVAILABLE])

interface Connected {
  readonly node: ClientNode
  readonly audience: Audience
  readonly form: ProxyForm
  readonly peer: string
}

/** What one stream tells an operator: every line has its id, that of `GET /v1/proxies`. */
export class ProxyLog {
  readonly #log: Logger
  readonly #proxy: string
  readonly #since = performance.now()
  #node: string | undefined

  constructor(log: Logger, proxy: string) {
    this.#log = log
    this.#proxy = proxy
  }

  connected({ node, audience, form, peer }: Connected): void {
    const { kind, gateway } = node
    this.#node = node.id.slice(0, LOGGED_TEXT)
    const zone = placeName(audience.viewpoint())
    const warnings = audience.warnings()
    const isOdd = warnings.length > 0
    this.#log[isOdd ? 'warn' : 'info'](
      { ...this.#who, zone, kind, gateway, form, peer, ...(isOdd && { warnings }) },
      'proxy connected',
    )
  }

  /** `settled`: the revision up to which it has answered everything. */
  disconnected(settled: number, responses: number): void {
    const seconds = Math.round((performance.now() - this.#since) / 1000)
    this.#log.info({ ...this.#who, seconds, responses, settled }, 'proxy disconnected')
  }

  rejected({ typeUrl, error = '' }: Pick<DiscoveryRequest, 'typeUrl' | 'error'>): void {
    this.#log.warn(
      { ...this.#who, typeUrl, detail: error.slice(0, LOGGED_TEXT) },
      'proxy rejected a response',
    )
  }

  /** This side has ended the stream. */
  ended(code: status, details: string, peer: string): void {
    const level = EXPECTED.has(code) ? 'debug' : 'warn'
    const detail = details.slice(0, LOGGED_TEXT)
    this.#log[level]({ ...this.#who, peer, code: status[code], detail }, 'ended the stream of a proxy')
  }

  failed(error: unknown): void {
    this.#log.error({ err: error, ...this.#who }, 'serving a proxy failed')
  }

  /** Nothing is known of a node before its first message. */
  get #who() {
    return { proxy: this.#proxy, ...(this.#node !== undefined && { node: this.#node }) }
  }
}
