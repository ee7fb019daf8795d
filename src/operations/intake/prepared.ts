import type { BackendReference } from '../../model/content.ts'
import type { EntryKey, Kind, PackedEntries, Part } from '../../model/entry.ts'

/** A body to be made ready for the store. */
export type PrepareRequest = {
  /** The body, gunzipped. It is given away: a large one has moved to another thread afterwards. */
  readonly bytes: Uint8Array
  /** Body digest of what stands: a body with this one is not parsed again. */
  readonly standing?: string | undefined
} & ({ readonly kind: 'topology' | 'routes' | 'snapshot' } | { readonly kind: 'patch'; readonly part: Part })

export type Prepared =
  /** The bytes are those that stand. */
  | { readonly outcome: 'same'; readonly bodyDigest: string }
  | {
      readonly outcome: 'prepared'
      /** SHA-256 of the bytes, 64 hex digits. */
      readonly bodyDigest: string
      /** One, or topology and routes of a snapshot. */
      readonly parts: readonly PreparedPart[]
      /** Service ports that routes send requests to and that the body itself does not bring. */
      readonly references: readonly BackendReference[]
    }

export interface PreparedPart {
  readonly part: Part
  readonly entries: PackedEntries
  /** Entries by kind; kinds without any are left out. */
  readonly counts: Readonly<Partial<Record<Kind, number>>>
  /** Of a patch: entries that go. */
  readonly remove: readonly EntryKey[]
}
