import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { Principal } from '../../auth/principal.ts'
import { decodeLoadReport, encodeLoadStatsResponse, type LoadReport } from '../../proto/load-report.ts'
import { type Authorize, admit } from '../streams/admission.ts'
import type { ClientNode } from '../tables/audience.ts'
import type { LoadReports, Reporting } from './load-reports.ts'

export interface LoadReportStreamOptions {
  readonly loads: Pick<LoadReports, 'join'>
  /** Milliseconds between two reports. */
  readonly loadInterval: number
  readonly authorize: Authorize
  readonly log: Logger
  /** Milliseconds after which a stream that begins now must begin anew; undefined: never. */
  readonly lifetime: () => number | undefined
  /** It is over; called once. */
  readonly left: (stream: LoadReportStream) => void
}

type Call = ServerDuplexStream<Buffer, Buffer>

/** What a client that can report all of its clusters says of itself. */
const SENDS_ALL = 'envoy.lrs.supports_send_all_clusters'

/**
 * One call of StreamLoadStats.
 *
 * - new: entered by the call, its caller is known; left by the first message, which must have a node.
 * - reporting: was told what to report, and reports.
 * - ended: by the client, by an error of the client's, or by `end`; left by nothing.
 *
 * Nothing that a client sends throws past this class.
 */
export class LoadReportStream {
  readonly #call: Call
  readonly #principal: Principal
  readonly #options: LoadReportStreamOptions
  readonly #lifetime: NodeJS.Timeout | undefined
  #joined: { readonly node: ClientNode; readonly reporting: Reporting } | undefined
  /** The clusters that it was told to report. */
  #asked: 'all' | readonly string[] = []
  #isUnwritten = false
  #isEnded = false
  #isReleased = false

  constructor(call: Call, principal: Principal, options: LoadReportStreamOptions) {
    this.#call = call
    this.#principal = principal
    this.#options = options
    const lifetime = options.lifetime()
    if (lifetime !== undefined) {
      const expire = () =>
        this.end(status.UNAVAILABLE, 'this connection is as old as it may get: connect again')
      this.#lifetime = setTimeout(expire, lifetime)
    }
    call.on('data', (bytes: Buffer) => this.#guard(() => this.#onMessage(bytes)))
    call.on('end', () => this.#finish())
    call.on('cancelled', () => this.#close())
    call.on('close', () => this.#close())
  }

  end(code: status, details: string): void {
    if (this.#isEnded) return
    this.#call.emit('error', { code, details })
    this.#close()
  }

  #onMessage(bytes: Buffer): void {
    if (this.#isEnded) return
    const decoded = decodeLoadReport(bytes, this.#joined === undefined)
    if (!decoded.ok) {
      this.end(status.INVALID_ARGUMENT, decoded.detail)
      return
    }
    const { report } = decoded
    const arrival = { principal: this.#principal, known: this.#joined?.node, said: report.node }
    const admission = admit(arrival, this.#options.authorize)
    if (!admission.ok) this.end(admission.code, admission.details)
    else this.#onReport(admission.node, report)
  }

  #onReport(node: ClientNode, { node: introduced, loads }: LoadReport): void {
    const isFirst = this.#joined === undefined
    this.#joined ??= { node, reporting: this.#options.loads.join(node) }
    const { reporting } = this.#joined
    reporting.count(loads, isFirst)
    if (introduced?.features.includes(SENDS_ALL)) this.#asked = 'all'
    this.#ask(reporting, isFirst)
  }

  /** The first message is answered; who cannot report all of its clusters is told when it gets others. */
  #ask(reporting: Reporting, isFirst: boolean): void {
    if (this.#isUnwritten) return
    if (this.#asked !== 'all') {
      const names = reporting.clusterNames()
      if (!isFirst && names.join() === this.#asked.join()) return
      this.#asked = names
    } else if (!isFirst) return
    this.#isUnwritten = true
    this.#call.write(encodeLoadStatsResponse(this.#asked, this.#options.loadInterval), () => {
      this.#isUnwritten = false
    })
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#options.log.error({ err: error, node: this.#joined?.node.id }, 'taking a load report failed')
      this.end(status.INTERNAL, 'internal error')
    }
  }

  /** The client has said all that it wanted to say: the call is over (OK). */
  #finish(): void {
    if (this.#isEnded) return
    this.#call.end()
    this.#close()
  }

  #close(): void {
    this.#isEnded = true
    if (this.#isReleased) return
    this.#isReleased = true
    clearTimeout(this.#lifetime)
    this.#joined?.reporting.leave()
    this.#options.left(this)
  }
}
