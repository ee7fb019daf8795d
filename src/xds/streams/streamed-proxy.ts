import { placeName } from '../../locality/place.ts'
import type { HeldType } from '../../model/held-resources.ts'
import type { ResourceVersion } from '../../model/nacks.ts'
import type { ProxyForm, ProxyStatus } from '../../model/proxies.ts'
import type { Arrivals } from '../convergence/arrivals.ts'
import type { Editions } from '../convergence/editions.ts'
import type { RegisteredProxy } from '../convergence/proxy-registry.ts'
import type { DeltaStream } from '../protocol/delta-stream.ts'
import type { Stance } from '../protocol/subscription.ts'
import type { Audience, ClientNode } from '../tables/audience.ts'
import type { RunningTime } from './running-time.ts'

/** Who is at the other end of a stream. */
interface Connection {
  /** That of the stream. */
  readonly id: string
  readonly form: ProxyForm
  readonly node: ClientNode
  readonly audience: Audience
  readonly stream: DeltaStream
  /** Remote address. */
  readonly peer: string
}

interface Surroundings {
  /** Name of this replica. */
  readonly replica: string
  readonly editions: Editions
  readonly arrivals: Pick<Arrivals, 'firstAfter'>
  readonly time: Pick<RunningTime, 'dateOf'>
}

/** The client of one stream, as the registry and operators see it. */
export class StreamedProxy implements RegisteredProxy {
  readonly #connection: Connection
  readonly #surroundings: Surroundings
  readonly #connectedAt = new Date()

  constructor(connection: Connection, surroundings: Surroundings) {
    this.#connection = connection
    this.#surroundings = surroundings
  }

  get id(): string {
    return this.#connection.id
  }

  get form(): ProxyForm {
    return this.#connection.form
  }

  get node(): string {
    return this.#connection.node.id
  }

  get gateway(): string {
    return this.#connection.node.gateway
  }

  get zone(): string {
    return placeName(this.#connection.audience.viewpoint())
  }

  get settled(): number {
    return this.#stream.settled
  }

  get responses(): number {
    return this.#stream.responses
  }

  get newsAfter(): number {
    return this.#stream.newsAfter
  }

  get isSynced(): boolean {
    return this.#stream.isSynced
  }

  get isStuck(): boolean {
    return this.#stream.isStuck
  }

  get held(): HeldType[] {
    return this.#stream.held
  }

  rejectedAfter(response: number): { typeUrl: string; detail: string }[] {
    return this.#stream.rejectedAfter(response)
  }

  stance(typeUrl: string, resource: ResourceVersion): Stance | undefined {
    return this.#stream.stance(typeUrl, resource)
  }

  get status(): ProxyStatus {
    const { id, node, audience, form, peer, stream } = this.#connection
    const { editions, arrivals, time, replica } = this.#surroundings
    const since = arrivals.firstAfter(stream.settled)
    return {
      id,
      node: node.id,
      kind: node.kind,
      gateway: node.gateway,
      viewpoint: audience.viewpoint(),
      form,
      ...(audience.configSource && { configSource: audience.configSource.json }),
      replica,
      userAgent: node.userAgent,
      peer,
      connectedAt: this.#connectedAt.toISOString(),
      revision: editions.revisionOf(stream.settled),
      ...(since && {
        behind: { revisions: editions.current - stream.settled, since: since.toISOString() },
      }),
      synced: stream.isSynced,
      types: stream.status.map(({ unansweredSince, ...type }) => ({
        ...type,
        ...(unansweredSince !== undefined && {
          unansweredSince: time.dateOf(unansweredSince).toISOString(),
        }),
      })),
      warnings: audience.warnings(),
    }
  }

  get #stream(): DeltaStream {
    return this.#connection.stream
  }
}
