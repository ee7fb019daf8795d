import type { Viewpoint } from './viewpoint.ts'

/** A connected proxy as `GET /v1/proxies` shows it; one stream is one proxy. */
export interface ProxyStatus {
  /** Our own id of the stream; node ids repeat. */
  readonly id: string
  /** `node.id`. */
  readonly node: string
  /** The gateway that `node.cluster` names, as namespace/name. */
  readonly gateway: string
  readonly viewpoint: Viewpoint
  /** Which replica serves it. */
  readonly replica: string
  readonly userAgent: string
  /** Remote address. */
  readonly peer: string
  /** RFC 3339, UTC. */
  readonly connectedAt: string
  /** Everything up to this revision was sent to it and answered by it. */
  readonly revision: number
  /** True when nothing is unsent, held back or unanswered. */
  readonly synced: boolean
  readonly types: readonly ProxyTypeStatus[]
  /** What an operator should know: an unknown gateway, no zone. */
  readonly warnings: readonly string[]
}

export interface ProxyTypeStatus {
  readonly typeUrl: string
  readonly wildcard: boolean
  /** Names subscribed beside the wildcard. */
  readonly names: number
  /** Resources sent on this stream, or known to the client from before. */
  readonly sent: number
  readonly acked: number
  /** Changes that wait for a gate (make before break). */
  readonly held: number
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

/** The connected proxies of this replica, as operations see them. */
export interface Proxies {
  list(): ProxyStatus[]
  get(id: string): ProxyStatus | undefined
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
