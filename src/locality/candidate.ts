import { compare } from '../model/order.ts'
import type { Network } from './network.ts'

/** One port's endpoint of a service, as all sources together say it, before any viewpoint. */
export interface Candidate {
  readonly name: string
  readonly address: string
  readonly additionalAddresses: readonly string[]
  readonly port: number
  readonly region: string
  readonly zone: string
  readonly subZone: string
  readonly node: string
  readonly source: string
  /** null is Kubernetes' unset condition. */
  readonly ready: boolean | null
  readonly serving: boolean
  readonly terminating: boolean
  /** 0: drained by its own source, and sent to nobody; not the drain of a zone. */
  readonly weight: number
  /** Only where the network has gateways; undefined: everybody reaches its address. */
  readonly network: Network | undefined
  /** undefined: it stands where its distance puts it. */
  readonly setback: Setback | undefined
  /** What the source itself gave; undefined: hints are computed from the mode. */
  readonly hints: GivenHints | undefined
}

/** Why an endpoint stands behind all others, whatever its distance, or is not used at all. */
export interface Setback {
  /** A silent source's endpoints stand behind the others, a drained zone's behind those. */
  readonly kind: 'stale' | 'drained'
  readonly isDropped: boolean
  /** For people: "source west is silent, it was last heard at 2026-11-27T22:00:00Z". */
  readonly reason: string
}

export interface GivenHints {
  readonly zones: readonly string[]
  readonly nodes: readonly string[]
  /** Regions of those zones, where they are known; the others are taken to be in the endpoint's own region. */
  readonly regions?: ReadonlyMap<string, string>
}

export function byPlace(a: Candidate, b: Candidate): number {
  return (
    compare(a.region, b.region) ||
    compare(a.zone, b.zone) ||
    compare(a.subZone, b.subZone) ||
    compare(a.source, b.source) ||
    compare(a.name, b.name)
  )
}
