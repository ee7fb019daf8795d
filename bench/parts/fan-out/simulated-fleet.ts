import type { StoredEntry } from '../../../src/model/change.ts'
import type { DeltaRequest } from '../../../src/proto/delta-request.ts'
import { TYPE_URLS } from '../../../src/proto/type-urls.ts'
import { World } from '../../../src/translate/world.ts'
import { Arrivals } from '../../../src/xds/convergence/arrivals.ts'
import { Editions } from '../../../src/xds/convergence/editions.ts'
import { ProxyRegistry } from '../../../src/xds/convergence/proxy-registry.ts'
import { deltaForm } from '../../../src/xds/protocol/delta-form.ts'
import type { Dialogue } from '../../../src/xds/protocol/form.ts'
import { RunningTime } from '../../../src/xds/streams/running-time.ts'
import { SharedBodies } from '../../../src/xds/streams/shared-bodies.ts'
import { StreamedProxy } from '../../../src/xds/streams/streamed-proxy.ts'
import { type Audience, clientNode } from '../../../src/xds/tables/audience.ts'
import { Tables } from '../../../src/xds/tables/tables.ts'
import { after } from '../../../test/support/world.ts'
import { encodeRequest } from '../../acceptance/delta-protocol.ts'
import { costOf } from '../shared/cost.ts'
import { assignmentNames, gatewayName, type Site, siteEntries } from './site.ts'

const ZONES = 3
const REPLICA = 'bench'

interface Stream {
  readonly id: string
  readonly gateway: number
  readonly audience: Audience
  readonly dialogue: Dialogue<DeltaRequest>
  readonly proxy: StreamedProxy
}

/** A response that waits for its ACK. */
interface Unanswered {
  readonly stream: Stream
  readonly typeUrl: string
  readonly response: number
}

/** What all streams were sent, and what that cost beside the transport. */
export interface Sent {
  messages: number
  bytes: number
  /** Making and sending; and taking the answers. */
  sendCpuMs: number
  ackCpuMs: number
}

/**
 * The server's own tables, streams and bookkeeping with streams that have no connection: what is sent is counted and let
 * go, and answered with the bytes of an ACK. What clients do is not counted.
 */
export class SimulatedFleet {
  readonly #site: Site
  readonly #tables = new Tables()
  readonly #editions = new Editions(1)
  readonly #registry = new ProxyRegistry(this.#editions)
  readonly #time = new RunningTime()
  readonly #arrivals = new Arrivals()
  readonly #bodies = new SharedBodies(REPLICA)
  readonly #streams: Stream[] = []
  #world = World.EMPTY

  constructor(site: Site) {
    this.#site = site
    this.#publish(siteEntries(site))
  }

  get streams(): number {
    return this.#streams.length
  }

  get assignments(): number {
    return this.#tables.sizes.eds.resources
  }

  /** Every stream has everything and has answered it. */
  get isSynced(): boolean {
    return this.#streams.every(({ dialogue }) => dialogue.stream.isSynced)
  }

  /** More streams come at once and are served until they have everything. */
  join(count: number): Sent {
    const joined = Array.from({ length: count }, () => this.#open())
    const sent: Sent = { messages: 0, bytes: 0, sendCpuMs: 0, ackCpuMs: 0 }
    const everything = { typeUrl: TYPE_URLS.cluster, resourceNamesSubscribe: ['*'] }
    this.#say(joined, () => everything, sent)
    this.#say(joined, () => ({ ...everything, typeUrl: TYPE_URLS.listener }), sent)
    this.#serve(joined, false, sent)
    const assignments = (gateway: number) => assignmentNames(gateway, this.#site)
    this.#say(joined, ({ gateway }) => ask(TYPE_URLS.endpoints, assignments(gateway)), sent)
    this.#say(joined, stream => ask(TYPE_URLS.routes, this.#routesOf(stream)), sent)
    this.#serve(joined, false, sent)
    return sent
  }

  /** A change that came from the feed, until every stream that it concerns has answered it. */
  change(entries: readonly StoredEntry[]): Sent & { publishCpuMs: number } {
    const { cpuMs } = costOf(() => {
      this.#publish(entries)
      this.#registry.arrived([])
    })
    const sent: Sent = { messages: 0, bytes: 0, sendCpuMs: 0, ackCpuMs: 0 }
    this.#serve(this.#streams, true, sent)
    return { ...sent, publishCpuMs: cpuMs }
  }

  close(): void {
    this.#bodies.close()
    this.#time.stop()
  }

  #publish(entries: readonly StoredEntry[]): void {
    const { world, touched } = after(this.#world, entries)
    this.#world = world
    this.#tables.publish(world, touched, true)
    this.#editions.show(this.#editions.revision + 1)
  }

  #open(): Stream {
    const number = this.#streams.length
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
    const gateway = number % this.#site.gateways
    const said = { id: `node-${number}`, cluster: gatewayName(gateway), region: 'region-0', subZone: '' }
    const node = clientNode({
      ...said,
      zone: `zone-${number % ZONES}`,
      metadata: {},
      userAgent: '',
      features: [],
    })
    const audience = this.#tables.join(node)
    const { names, views } = audience
    const edition = this.#editions.current
    const dialogue = deltaForm.open({ id, names, views, edition, now: this.#time.now() })
    const connection = {
      id,
      form: 'delta' as const,
      node,
      audience,
      stream: dialogue.stream,
      peer: 'simulated',
    }
    const surroundings = {
      replica: REPLICA,
      editions: this.#editions,
      arrivals: this.#arrivals,
      time: this.#time,
    }
    const proxy = new StreamedProxy(connection, surroundings)
    this.#registry.join(proxy)
    const stream = { id, gateway, audience, dialogue, proxy }
    this.#streams.push(stream)
    return stream
  }

  /** Each of these is handed a request; equal ones are encoded once. */
  #say(
    streams: readonly Stream[],
    requestOf: (stream: Stream) => Parameters<typeof encodeRequest>[0],
    sent: Sent,
  ) {
    const encoded = new Map<number, Buffer>()
    for (const stream of streams) {
      if (!encoded.has(stream.gateway)) encoded.set(stream.gateway, encodeRequest(requestOf(stream)))
    }
    const { cpuMs } = costOf(() => {
      for (const stream of streams) take(stream.dialogue, encoded.get(stream.gateway) as Buffer, this.#tables)
    })
    sent.ackCpuMs += cpuMs
  }

  /** Until nothing is left to be sent and answered. */
  #serve(streams: readonly Stream[], isTold: boolean, sent: Sent): void {
    for (let waiting = this.#send(streams, isTold, sent); waiting.length > 0; ) {
      const acks = waiting.map(({ stream, typeUrl, response }) =>
        encodeRequest({ typeUrl, responseNonce: `${stream.id}-${response}` }),
      )
      const { cpuMs } = costOf(() => {
        for (const [index, { stream }] of waiting.entries()) {
          take(stream.dialogue, acks[index] as Buffer, this.#tables)
          this.#registry.answered(stream.proxy)
        }
      })
      sent.ackCpuMs += cpuMs
      waiting = this.#send([...new Set(waiting.map(one => one.stream))], false, sent)
    }
  }

  #send(streams: readonly Stream[], isTold: boolean, sent: Sent): Unanswered[] {
    const { value, cpuMs } = costOf(() => {
      const unanswered: Unanswered[] = []
      const signature = { systemVersion: String(this.#editions.revision), bodies: this.#bodies }
      for (const stream of streams) {
        const { dialogue, proxy } = stream
        if (isTold) {
          const isNews = dialogue.stream.onEdition(this.#editions.current)
          this.#registry.told(proxy, isNews)
        }
        for (;;) {
          const response = dialogue.next(this.#time.now(), signature)
          if (response === undefined) break
          sent.messages += 1
          sent.bytes += response.head.length + response.body.length
          unanswered.push({ stream, typeUrl: response.typeUrl, response: dialogue.stream.responses })
        }
      }
      return unanswered
    })
    sent.sendCpuMs += cpuMs
    return value
  }

  #routesOf({ audience }: Stream): readonly string[] {
    const listeners = audience.views(TYPE_URLS.listener)
    return Array.from(listeners?.all() ?? [], id => listeners?.get(id)?.references ?? []).flat()
  }
}

function ask(typeUrl: string, resourceNamesSubscribe: readonly string[]) {
  return { typeUrl, resourceNamesSubscribe }
}

function take(dialogue: Dialogue<DeltaRequest>, bytes: Buffer, { names }: Tables): void {
  const decoded = deltaForm.decode(bytes, names)
  if (!decoded.ok) throw new Error(decoded.detail)
  const problem = dialogue.onRequest(decoded.request, new Date())
  if (problem !== undefined) throw new Error(problem)
}
