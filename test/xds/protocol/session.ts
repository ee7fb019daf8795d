import { ClaimedVersions } from '../../../src/proto/claimed-versions.ts'
import type { DeltaRequest } from '../../../src/proto/delta-request.ts'
import { versionOf } from '../../../src/proto/discovery-resource.ts'
import { TYPE_URLS } from '../../../src/proto/type-urls.ts'
import type { Resource } from '../../../src/translate/resource.ts'
import {
  DeltaStream,
  type DeltaStreamOptions,
  type DeltaStreamResponse,
} from '../../../src/xds/protocol/delta-stream.ts'
import { NAMES, ResourceTable } from './resource-table.ts'

/**
 * What the tests of the protocol play with. Numbers in their titles, `[M17]`, are those of the obligations in
 * docs/xds-checklist.md; M must, S should.
 */

export const { cluster: CDS, endpoints: EDS, listener: LDS, routes: RDS } = TYPE_URLS

export function resource(typeUrl: string, name: string, content = '', references: string[] = []): Resource {
  const encoded = Buffer.from(`${name}:${content}`)
  return { name, typeUrl, version: versionOf(encoded), encoded, references }
}

/** What a request says, by the names themselves. */
export interface Wish
  extends Partial<Omit<DeltaRequest, 'typeUrl' | 'subscribe' | 'unsubscribe' | 'initialVersions'>> {
  readonly subscribe?: readonly string[]
  readonly unsubscribe?: readonly string[]
  readonly initialVersions?: ReadonlyMap<string, string>
}

/** A request that says nothing but what is given. */
export function deltaRequest(
  typeUrl: string,
  { subscribe = [], unsubscribe = [], initialVersions = new Map(), nonce = '', ...request }: Wish,
): DeltaRequest {
  return {
    typeUrl,
    nonce,
    subscribe: idsOf(subscribe),
    unsubscribe: idsOf(unsubscribe),
    initialVersions: claimed(initialVersions),
    ...request,
  }
}

export function idsOf(names: readonly string[]): number[] {
  return names.map(name => NAMES.idSaid(name))
}

function claimed(versions: ReadonlyMap<string, string>): ClaimedVersions {
  const text = [...versions.values()].join('')
  const all = new ClaimedVersions(Buffer.from(text))
  let at = 0
  for (const [name, version] of versions) {
    all.add(NAMES.idSaid(name), at, at + version.length)
    at += version.length
  }
  return all
}

/** What a test says of a response: "CDS +a +b -c". */
export function show(response: DeltaStreamResponse): string {
  const type = Object.entries({ CDS, EDS, LDS, RDS }).find(([, url]) => url === response.typeUrl)?.[0]
  const added = response.resources.map(one => ` +${one.name}`)
  const removed = response.removed.map(name => ` -${name}`)
  return `${type}${added.join('')}${removed.join('')}`
}

/** Four tables that can be written, as a control plane would. */
export class Tables {
  readonly byType = new Map([
    [CDS, new ResourceTable(true)],
    [EDS, new ResourceTable(false)],
    [LDS, new ResourceTable(true)],
    [RDS, new ResourceTable(false)],
  ] as const)

  table(typeUrl: string): ResourceTable {
    const table = (this.byType as ReadonlyMap<string, ResourceTable>).get(typeUrl)
    if (!table) throw new Error(`no table of ${typeUrl}`)
    return table
  }

  set(typeUrl: string, name: string, content?: string, references?: string[]): this {
    this.table(typeUrl).set(resource(typeUrl, name, content, references))
    return this
  }

  remove(typeUrl: string, name: string): this {
    this.table(typeUrl).remove(name)
    return this
  }

  version(typeUrl: string, name: string): string {
    return this.table(typeUrl).get(name)?.version ?? ''
  }
}

/** One stream with a clock, its requests and its responses as plain values. */
export class Session {
  now = 1_000_000
  edition: number
  readonly tables: Tables
  readonly stream: DeltaStream

  constructor(tables = new Tables(), options: Partial<DeltaStreamOptions> = {}) {
    this.tables = tables
    this.edition = options.edition ?? 1
    this.stream = new DeltaStream({
      id: 's',
      names: NAMES,
      views: typeUrl => (tables.byType as ReadonlyMap<string, ResourceTable>).get(typeUrl)?.view,
      edition: this.edition,
      now: this.now,
      ...options,
    })
  }

  send(typeUrl: string, request: Wish = {}): string | undefined {
    return this.stream.onRequest(deltaRequest(typeUrl, request), new Date(this.now))
  }

  subscribe(typeUrl: string, ...names: string[]): void {
    this.send(typeUrl, { subscribe: names })
  }

  returnWith(typeUrl: string, versions: Record<string, string>, subscribe: string[] = []): void {
    this.send(typeUrl, { subscribe, initialVersions: new Map(Object.entries(versions)) })
  }

  ack(response: DeltaStreamResponse | undefined): void {
    if (!response) throw new Error('there is no response to ACK')
    this.send(response.typeUrl, { nonce: response.nonce })
  }

  nack(response: DeltaStreamResponse | undefined, error: string): void {
    if (!response) throw new Error('there is no response to NACK')
    this.send(response.typeUrl, { nonce: response.nonce, error })
  }

  /** The tables changed: a new edition. */
  publish(change: (tables: Tables) => void): boolean {
    change(this.tables)
    this.edition += 1
    return this.stream.onEdition(this.edition)
  }

  /** All that may be sent at this moment. */
  pull(): DeltaStreamResponse[] {
    const responses: DeltaStreamResponse[] = []
    for (let next = this.stream.next(this.now); next; next = this.stream.next(this.now)) responses.push(next)
    return responses
  }

  get shown(): string[] {
    return this.pull().map(show)
  }

  /** As `shown`, with everything ACKed at once, until nothing more comes. */
  settle(): string[] {
    const seen: string[] = []
    for (let next = this.stream.next(this.now); next; next = this.stream.next(this.now)) {
      seen.push(show(next))
      this.ack(next)
    }
    return seen
  }
}
