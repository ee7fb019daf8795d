import type { Entry, EntryKey } from './entry.ts'
import type { ParentReference } from './route-references.ts'

/** What a pushed part comes to. */
export interface Content {
  readonly entries: readonly Entry[]
  /** Where in the pushed document each of the entries comes from, index by index. */
  readonly pointers: readonly string[]
  /** The routes of this content, and where in the document they and what they name stand. */
  readonly routes: readonly RoutePlace[]
  /** The gateways of this content, and where they stand. */
  readonly gateways: readonly GatewayPlace[]
  /** The service ports that this content brings, as `servicePortKey` writes them. */
  readonly servicePorts: ReadonlySet<string>
}

export interface RoutePlace {
  readonly kind: 'HTTPRoute' | 'GRPCRoute'
  readonly namespace: string
  readonly name: string
  readonly pointer: string
  readonly gateways: readonly { readonly reference: ParentReference; readonly pointer: string }[]
  /** Where its list of rules stands. */
  readonly rules: string
  /** What is said of it begins with this; undefined where the place says enough. */
  readonly object?: string
}

export interface GatewayPlace {
  /** `namespace/name`. */
  readonly gateway: string
  readonly pointer: string
  /** As of a route. */
  readonly object?: string
}

/** A service whose settings or endpoints a body brings, and where it stands. */
export interface ServicePlace {
  /** `namespace/name`. */
  readonly service: string
  /** Or the body brings nothing but its endpoints. */
  readonly hasSettings: boolean
  readonly pointer: string
  /** As of a route. */
  readonly object?: string
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
