import type { Viewpoint } from '../model/viewpoint.ts'
import type { PlacedDemand } from './balance.ts'
import type { Candidate } from './candidate.ts'
import type { LocalityPolicy } from './locality-policy.ts'
import type { Network } from './network.ts'
import type { TopologyAwareHints } from './topology-aware.ts'

/** What decided which endpoints are chosen. */
export type Mode =
  | 'ClusterWide'
  | 'PreferSameZone'
  | 'PreferClose'
  | 'PreferSameNode'
  | 'Auto'
  | 'Hints'
  | 'Weighted'
  | 'Balanced'

/** All of a service's port that a decision reads: nothing else may influence an assignment. */
export interface Candidates {
  readonly mode: Exclude<Mode, 'Hints' | 'Weighted'>
  /** Where the mode comes from, for people: "trafficDistribution PreferSameZone of source east, revision 7". */
  readonly rule: string
  /** Sorted by source, then name. */
  readonly endpoints: readonly Candidate[]
  /** Of mode Auto: what was computed for each source that gave no hints of its own. */
  readonly topologyAware?: ReadonlyMap<string, TopologyAwareHints>
  readonly policy?: LocalityPolicy
  /** Of mode Balanced: what is asked for in each zone, each once. */
  readonly demand?: readonly PlacedDemand[]
}

/** Where an endpoint stands for a viewpoint. */
export interface Placed {
  readonly candidate: Candidate
  /** 0 is chosen, 1… are standby steps; null is not sent at all. */
  readonly priority: number | null
  /** Share of what its priority gets, should it be used, 0 to 1. */
  readonly portion: number
  /** Whose gateways are sent in its place; undefined: its own address is. */
  readonly via: Network | undefined
}

/** All of a service as seen from one viewpoint that proxies are told. */
export interface Lineup {
  /** Zones have weights of their own here; else only the endpoints have. */
  readonly weighted: boolean
  /** Per cent of the chosen endpoints that must be healthy to keep all the traffic; 0: one of them is enough. */
  readonly spillover: number
  /** Sorted by priority (unsent last), region, zone, sub-zone, source, name. */
  readonly endpoints: readonly Placed[]
}

export interface AssignedEndpoint extends Placed {
  readonly chosen: boolean
  /** Share of the traffic that this endpoint should get from here, 0 to 1. */
  readonly share: number
  readonly reason: string
}

/** A service as seen from one viewpoint, with the reasons for it. */
export interface Assignment extends Lineup {
  readonly viewpoint: Viewpoint
  readonly mode: Mode
  readonly rule: string
  /** Safeguards that spoke, and oddities. */
  readonly notes: readonly string[]
  /** Those that cannot be used too. */
  readonly endpoints: readonly AssignedEndpoint[]
}
