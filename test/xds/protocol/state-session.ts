import type { StateRequest } from '../../../src/proto/state-request.ts'
import type { DeltaStreamOptions } from '../../../src/xds/protocol/delta-stream.ts'
import { StateStream, type StateStreamResponse } from '../../../src/xds/protocol/state-stream.ts'
import { NAMES } from './resource-table.ts'
import { CDS, EDS, idsOf, LDS, RDS, Tables } from './session.ts'

/** As `Session`, of a stream of the state of the world. */
export class StateSession {
  now = 1_000_000
  edition = 1
  readonly tables: Tables
  readonly states: StateStream
  /** By type, as a client remembers them. */
  readonly #last = new Map<string, { nonce: string; versionInfo: string; names: string[] }>()

  constructor(tables = new Tables(), options: Partial<DeltaStreamOptions> = {}) {
    this.tables = tables
    this.states = new StateStream({
      id: 's',
      names: NAMES,
      views: typeUrl => tables.byType.get(typeUrl as never)?.view,
      edition: this.edition,
      now: this.now,
      ...options,
    })
  }

  /** A statement of names, with what the client remembers of the type's last response unless `request` says otherwise. */
  state(typeUrl: string, names: string[], request: Partial<StateRequest> = {}): void {
    const last = this.#last.get(typeUrl) ?? { nonce: '', versionInfo: '' }
    this.#last.set(typeUrl, { ...last, names })
    const { nonce, versionInfo } = last
    this.states.onRequest(
      { typeUrl, nonce, versionInfo, ...request, names: idsOf(request.names ?? names) },
      new Date(this.now),
    )
  }

  ack(response: StateStreamResponse | undefined): void {
    if (!response) throw new Error('there is no response to ACK')
    const { typeUrl, nonce, versionInfo } = response
    const { names } = this.#last.get(typeUrl) ?? { names: [] }
    this.#last.set(typeUrl, { nonce, versionInfo, names })
    this.state(typeUrl, names)
  }

  nack(response: StateStreamResponse | undefined, error: string): void {
    if (!response) throw new Error('there is no response to NACK')
    const { typeUrl, nonce } = response
    const last = this.#last.get(typeUrl) ?? { versionInfo: '', names: [] }
    this.#last.set(typeUrl, { ...last, nonce })
    this.state(typeUrl, last.names, { error })
  }

  publish(change: (tables: Tables) => void): void {
    change(this.tables)
    this.edition += 1
    this.states.stream.onEdition(this.edition)
  }

  /** All that may be sent at this moment. */
  pull(): StateStreamResponse[] {
    const responses: StateStreamResponse[] = []
    for (let next = this.states.next(this.now); next; next = this.states.next(this.now)) responses.push(next)
    return responses
  }

  get shown(): string[] {
    return this.pull().map(show)
  }

  /** As `shown`, with everything ACKed at once, until nothing more comes. */
  settle(): string[] {
    const seen: string[] = []
    for (let next = this.states.next(this.now); next; next = this.states.next(this.now)) {
      seen.push(show(next))
      this.ack(next)
    }
    return seen
  }
}

/** What a test says of a response: "CDS: a b". */
function show(response: StateStreamResponse): string {
  const type = Object.entries({ CDS, EDS, LDS, RDS }).find(([, url]) => url === response.typeUrl)?.[0]
  return `${type}:${response.resources.map(one => ` ${one.name}`).join('')}`
}
