import type { Entry, EntryKey } from './entry.ts'

/** What a pushed part comes to. */
export interface Content {
  readonly entries: readonly Entry[]
  /** Where in the pushed document each of the entries comes from, index by index. */
  readonly pointers: readonly string[]
  /** Every service port that a route of this content sends requests to, once for each place that names it. */
  readonly references: readonly BackendReference[]
  /** Every gateway that a route of this content attaches to, once for each place that names it. */
  readonly gatewayReferences: readonly GatewayReference[]
  /** The service ports that this content brings, as `servicePortKey` writes them. */
  readonly servicePorts: ReadonlySet<string>
}

export interface BackendReference {
  readonly pointer: string
  readonly namespace: string
  readonly name: string
  readonly port: number
}

export interface GatewayReference {
  readonly pointer: string
  /** As the route names it: `edge`, `team/edge`. */
  readonly gateway: string
}

export interface SnapshotContent {
  readonly topology: Content
  readonly routes: Content
}

export interface PatchContent extends Content {
  /** Entries that go. */
  readonly remove: readonly EntryKey[]
}

export function servicePortKey(service: { namespace: string; name: string }, port: number): string {
  return `${service.namespace}/${service.name}/${port}`
}
