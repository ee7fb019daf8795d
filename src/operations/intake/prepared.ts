import type { BackendReference, GatewayReference } from '../../model/content.ts'
import type { EntryKey, PackedEntries, Part } from '../../model/entry.ts'

/** A body to be made ready for the store. */
export type PrepareRequest = {
  /** The body, gunzipped. It is given away: a large one has moved to another thread afterwards. */
  readonly bytes: Uint8Array
} & ({ readonly kind: 'topology' | 'routes' | 'snapshot' } | { readonly kind: 'patch'; readonly part: Part })

export interface Prepared {
  /** One, or topology and routes of a snapshot. */
  readonly parts: readonly PreparedPart[]
  /** Service ports that routes send requests to and that the body itself does not bring. */
  readonly references: readonly BackendReference[]
  /** Gateways that routes attach to and that the body itself does not bring. */
  readonly gatewayReferences: readonly GatewayReference[]
}

export interface PreparedPart {
  readonly part: Part
  readonly entries: PackedEntries
  /** Of a patch: entries that go. */
  readonly remove: readonly EntryKey[]
}
