import type { HeldType } from './held-resources.ts'
import type { Suspect } from './quarantine.ts'
import type { Viewpoint } from './viewpoint.ts'

/** How a proxy speaks: in changes or in states; all types on one stream, each on its own, or by REST. */
export const PROXY_FORMS = ['delta', 'delta-per-type', 'sotw', 'sotw-per-type', 'rest'] as const
export type ProxyForm = (typeof PROXY_FORMS)[number]

/** What a client makes of resources: an Envoy, or a program whose gRPC library needs none (gRFC A27). */
export const CLIENT_KINDS = ['envoy', 'grpc'] as const
export type ClientKind = (typeof CLIENT_KINDS)[number]

/** A connected proxy as `GET /v1/proxies` shows it; one stream is one proxy. */
export interface ProxyStatus {
  /** Our own id of the stream; node ids repeat. */
  readonly id: string
  /** `node.id`. */
  readonly node: string
  readonly kind: ClientKind
  /** The gateway that `node.cluster` names, as namespace/name. */
  readonly gateway: string
  readonly viewpoint: Viewpoint
  readonly form: ProxyForm
  /**
   * Where its clusters and listeners tell it to take endpoints and routes from, as Envoy's `ConfigSource`; absent: from
   * where they came (ADS).
   */
  readonly configSource?: object
  /** Which replica serves it. */
  readonly replica: string
  readonly userAgent: string
  /** Remote address. */
  readonly peer: string
  /** RFC 3339, UTC. */
  readonly connectedAt: string
  /** Everything up to this revision was sent to it and answered by it. */
  readonly revision: number
  /** How many revisions later ones it has not answered, and since when (RFC 3339); absent where there is none. */
  readonly behind?: { readonly revisions: number; readonly since: string }
  /** True when nothing is unsent, held back or unanswered. */
  readonly synced: boolean
  readonly types: readonly ProxyTypeStatus[]
  /** What an operator should know: an unknown gateway, no zone. */
  readonly warnings: readonly string[]
}

/**
 * How one type stands with one proxy:
 * - NACK: something is refused that no later ACK has made good.
 * - STALE: something was sent and is not answered.
 * - NOT_SENT: all that was sent is answered, and something is still to be sent.
 * - SYNCED: none of these.
 */
export const TYPE_STATUSES = ['SYNCED', 'STALE', 'NACK', 'NOT_SENT'] as const
export type TypeStatus = (typeof TYPE_STATUSES)[number]

export interface ProxyTypeStatus {
  readonly typeUrl: string
  readonly status: TypeStatus
  /** When the oldest response was sent that waits for its answer; RFC 3339. */
  readonly unansweredSince?: string
  readonly wildcard: boolean
  /** Names subscribed beside the wildcard. */
  readonly names: number
  /** Resources sent on this stream, or known to the client from before. */
  readonly sent: number
  readonly acked: number
  /** Changes that wait for a gate (make before break). */
  readonly held: number
  /** Names whose newest version others refused: it is sent the last good one, or nothing. */
  readonly quarantined?: readonly string[]
  /** The last NACK that no later ACK has made good. */
  readonly rejected?: { readonly detail: string; readonly resources: readonly string[]; readonly at: string }
}

/** How far the proxies are that a revision concerns. */
export interface Convergence {
  readonly proxies: number
  readonly acked: number
  readonly nacked: readonly {
    readonly proxy: string
    readonly node: string
    readonly typeUrl: string
    readonly detail: string
  }[]
  readonly pending: readonly { readonly proxy: string; readonly node: string }[]
}

/** The proxies that are connected to any replica, as operations see them. */
export interface Proxies {
  /** Those of this replica as they are now, of the others as they were some seconds ago at most. */
  list(): Promise<ProxyStatus[]>
  get(id: string): Promise<ProxyStatus | undefined>
  /** What a proxy of this replica has, type by type; undefined: it is connected to another one, or not at all. */
  held(id: string): HeldType[] | undefined
  /**
   * Begins to note which proxies are concerned by revisions and how they answer; to be called before the write.
   */
  watch(): ConvergenceWatch
}

export interface ConvergenceWatch {
  /** Resolves when all proxies that `revision` concerns have answered it, or after `timeout` milliseconds. */
  wait(revision: number, timeout: number): Promise<Convergence>
  close(): void
}

export interface ProxyCounts {
  readonly all: number
  /** Nothing is unsent, held back or unanswered. */
  readonly synced: number
  readonly byForm: ReadonlyMap<ProxyForm, number>
  /** By type URL: of how many a NACK stands. */
  readonly rejecting: ReadonlyMap<string, number>
}

/** Numbers of proxies of a gateway that want a resource. */
export interface Stances {
  /** Those that are to have the version, quarantined or not, and those that are to have another one, or none. */
  readonly current: number
  readonly other: number
  readonly taken: number
  readonly refused: number
}

/** The proxies that are connected to this replica. */
export interface OwnProxies {
  /** What they are sent. */
  readonly revision: number
  list(): ProxyStatus[]
  get(id: string): ProxyStatus | undefined
  /** What a proxy has, type by type; undefined: it is not connected here. */
  held(id: string): HeldType[] | undefined
  /** Without making a status of each. */
  count(): ProxyCounts
  /** How those that want a suspect stand to it. */
  stances(suspect: Suspect): Stances
  watch(): ConvergenceWatch
  /**
   * Calls back whenever a proxy came, went, was sent or answered something; with true when that was the last answer to
   * some revision. `standing` is kept up from then on. Returns its unsubscribe.
   */
  subscribe(listener: (isSettled: boolean) => void): () => void
  standing(): Standing
}

/** How far the proxies of one replica are, in numbers that stay small however many there are. */
export interface Standing {
  /** What its proxies are sent. */
  readonly revision: number
  /** Everything up to it was sent to all of them and answered. */
  readonly converged: number
  /** Of every revision after this one there is a round. */
  readonly since: number
  /** Oldest first. Revisions that came at once are one round, by the number of the last. */
  readonly rounds: readonly RoundCounts[]
  /** Those that have not answered everything, or have rejected something: at most `NAMED_LAGGARDS` of them. */
  readonly laggards: readonly Laggard[]
}

/** Numbers of proxies that a revision concerns. */
interface RoundCounts {
  readonly revision: number
  readonly acked: number
  readonly nacked: number
  readonly pending: number
}

export interface Laggard {
  readonly proxy: string
  readonly node: string
  /** Everything up to this revision was answered. */
  readonly settled: number
  /** The revisions whose rounds wait for it. */
  readonly pending: readonly number[]
  /** What it rejected, by the revision of the round. */
  readonly nacked: readonly { readonly revision: number; readonly typeUrl: string; readonly detail: string }[]
}

export const NAMED_LAGGARDS = 200
