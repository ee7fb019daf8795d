import { LOCALITY_DEFAULTS } from '../model/locality-settings.ts'
import type { Place } from './place.ts'

/** The `locality` settings that hold for a service: its own, field by field those of its source, else what always holds. */
export interface LocalityPolicy {
  /** undefined: `topologyMode`, `trafficDistribution` or hints decide. */
  readonly mode: Setting<'Balanced' | undefined>
  readonly headroom: Setting<number>
  readonly minEndpoints: Setting<number>
  readonly spillover: Setting<number>
  readonly failover: Setting<'nearest' | 'none'>
  readonly preferSource: Setting<boolean>
  /** By `zoneKey` of the zone that the proxies are in. */
  readonly distribute: Setting<ReadonlyMap<string, Distribution>>
  /** What of the settings cannot be followed, for people. */
  readonly notes: readonly string[]
}

export interface Setting<Value> {
  readonly value: Value
  /** Who said so, for people: "source east, revision 7"; undefined where nobody did. */
  readonly origin: string | undefined
}

/** Where the requests of proxies in one zone go. */
export interface Distribution {
  readonly from: Place
  /** Each zone once. */
  readonly to: readonly ZoneWeight[]
}

/** Weights say how zones are to each other: they have no sum of their own. */
export interface ZoneWeight extends Place {
  readonly weight: number
}

/** Where nobody says anything. */
export const DEFAULT_POLICY: LocalityPolicy = {
  mode: { value: undefined, origin: undefined },
  headroom: { value: LOCALITY_DEFAULTS.headroom, origin: undefined },
  minEndpoints: { value: LOCALITY_DEFAULTS.minEndpoints, origin: undefined },
  spillover: { value: LOCALITY_DEFAULTS.spillover, origin: undefined },
  failover: { value: LOCALITY_DEFAULTS.failover, origin: undefined },
  preferSource: { value: LOCALITY_DEFAULTS.preferSource, origin: undefined },
  distribute: { value: new Map(), origin: undefined },
  notes: [],
}
