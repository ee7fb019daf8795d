import { setTimeout as sleep } from 'node:timers/promises'
import type { PushAnswer } from '../../demo/rest-api.ts'
import { Connector, isLost } from './connector.ts'
import type { Findings } from './findings.ts'
import type { Ledger, Outcome, Push } from './ledger.ts'

const AFTER_FAILURE = 200

export interface PushHeaders {
  /** Only on what was never pushed. */
  readonly isFirst?: boolean
  readonly epoch?: number
}

/** Pushes for one source and writes down what it was answered. */
export class Pusher {
  readonly source: string
  readonly #connector: Connector
  readonly #ledger: Ledger
  readonly #findings: Findings
  readonly #signal: AbortSignal

  constructor(source: string, { addresses, random, ledger, findings, signal }: Pushing) {
    this.source = source
    this.#connector = new Connector(addresses, random)
    this.#ledger = ledger
    this.#findings = findings
    this.#signal = signal
  }

  /** Sends it once. */
  async once(push: Omit<Push, 'source'>, headers: PushHeaders = {}): Promise<Outcome> {
    const sent = this.#ledger.note({ ...push, source: this.source })
    const { isFirst = false, epoch } = headers
    const answer = await this.#connector.once({
      method: push.form === 'replace' ? 'PUT' : 'PATCH',
      path: `/v1/sources/${this.source}/${push.part}`,
      body: JSON.stringify(push.document),
      headers: {
        'content-type': 'application/json',
        ...(push.ifMatch !== undefined && { 'if-match': `"${push.ifMatch}"` }),
        ...(isFirst && { 'if-none-match': '*' }),
        ...(epoch !== undefined && { epoch: String(epoch) }),
      },
    })
    if (isLost(answer)) {
      sent.outcome = answer.mayBeDone
        ? { is: 'unknown', reason: answer.reason }
        : { is: 'refused', status: 0 }
    } else if (answer.status === 200) {
      const { revision, digest, unchanged } = JSON.parse(answer.text) as PushAnswer
      sent.outcome = { is: 'acknowledged', revision, digest, unchanged }
    } else if (answer.status === 503) {
      sent.outcome = { is: 'unknown', reason: `503 ${answer.text}` }
      if (answer.headers['retry-after'] === undefined)
        this.#findings.add('push answered wrongly', `503 without Retry-After: ${answer.text}`)
    } else {
      sent.outcome = { is: 'refused', status: answer.status }
      const isExpected = answer.status === 412 || (answer.status === 409 && epoch !== undefined)
      if (!isExpected)
        this.#findings.add('push answered wrongly', `${this.source}: ${answer.status} ${answer.text}`)
    }
    return sent.outcome
  }

  /** Sends the same bytes until they are answered. The last outcome is unknown only when all is over. */
  async untilAnswered(push: Omit<Push, 'source'>, headers: PushHeaders = {}): Promise<Outcome> {
    for (;;) {
      const outcome = await this.once(push, headers)
      const isOpen = outcome.is === 'unknown' || (outcome.is === 'refused' && outcome.status === 0)
      if (!isOpen || this.#signal.aborted) return outcome
      await sleep(AFTER_FAILURE)
    }
  }

  /** What stands, and its digest; undefined where nothing was pushed. */
  async standing(part: Push['part']): Promise<{ document: object; digest: string } | undefined> {
    const answer = await this.#connector.read(`/v1/sources/${this.source}/${part}`, this.#signal)
    if (answer.status === 404) return undefined
    if (answer.status !== 200)
      throw new Error(`GET ${part} of ${this.source}: ${answer.status} ${answer.text}`)
    return { document: JSON.parse(answer.text) as object, digest: unquoted(answer.headers.etag ?? '') }
  }
}

/** What all pushers share. */
export interface Pushing {
  /** HOST:PORT of each replica's REST plane. */
  readonly addresses: readonly string[]
  readonly ledger: Ledger
  readonly findings: Findings
  /** Aborted when all is over. */
  readonly signal: AbortSignal
  readonly random: () => number
}

function unquoted(tag: string): string {
  return tag.replaceAll('"', '')
}
