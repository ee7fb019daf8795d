import type { Problem } from './problem.ts'

/** The types that are served, by the word that `POST /v3/discovery:…` has for each. */
export const DISCOVERY_KINDS = ['clusters', 'endpoints', 'listeners', 'routes'] as const
export type DiscoveryKind = (typeof DISCOVERY_KINDS)[number]

/** What an Envoy that asks by REST is answered. */
export type DiscoveryAnswer =
  | {
      readonly is: 'state'
      readonly version: string
      /** The `DiscoveryResponse` as JSON text; each piece is made when it is asked for. */
      readonly pieces: Iterable<string>
    }
  /** It has what there is, or must wait for what is new. */
  | { readonly is: 'unchanged' }
  | { readonly is: 'malformed'; readonly problems: readonly Problem[] }
  | { readonly is: 'forbidden'; readonly detail: string }

/** Who asks. */
export interface DiscoveryCaller {
  /** Its address; '' is unknown. */
  readonly peer: string
  /** What it calls the host that it asks. */
  readonly authority: string
}
