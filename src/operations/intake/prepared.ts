import type { GatewayPlace, RoutePlace, ServicePlace } from '../../model/content.ts'
import type { EntryKey, PackedEntries, Part } from '../../model/entry.ts'
import type { PartName } from '../write-answer.ts'

/** A body to be made ready for the store. */
export type PrepareRequest = BodyBytes &
  (
    | { readonly kind: 'topology' | 'routes' | 'snapshot' }
    | { readonly kind: 'patch'; readonly part: Part }
    | KubernetesBody
  )

interface BodyBytes {
  /** The body, gunzipped. It is given away: a large one has moved to another thread afterwards. */
  readonly bytes: Uint8Array
}

interface KubernetesBody {
  readonly kind: 'kubernetes'
  /** What is replaced by what the objects say; of the other part they say nothing. */
  readonly part: PartName
  readonly format: 'json' | 'yaml'
}

export type KubernetesRequest = BodyBytes & KubernetesBody

export interface Prepared {
  /** One, or topology and routes of a snapshot. */
  readonly parts: readonly PreparedPart[]
  /** Where these stand in the body: what is odd about them depends on what others have pushed. */
  readonly services: readonly ServicePlace[]
  readonly routes: readonly RoutePlace[]
  readonly gateways: readonly GatewayPlace[]
}

export interface PreparedPart {
  readonly part: Part
  readonly entries: PackedEntries
  /** How many endpoints the services of these entries list. */
  readonly endpoints: number
  /** Of a patch: entries that go. */
  readonly remove: readonly EntryKey[]
}
