import type { Map as ImmutableMap } from 'immutable'
import type { PlacedDemand } from '../locality/balance.ts'
import type { Demand, Drain, SourceSettings, StaleSource } from '../model/control.ts'
import type { SourceDefaults } from '../model/locality-settings.ts'
import type { Capacities } from './capacities.ts'
import type { Networks } from './networks.ts'
import type { Regions } from './regions.ts'

/** What services of one world read beside their own entries: settled with the world, after its services were made. */
export interface Surroundings {
  readonly regions: Regions
  readonly capacities: Capacities
  readonly defaults: Defaults
  /** By `zoneKey`. */
  readonly drains: ImmutableMap<string, StandingDrain>
  /** By `zoneKey`. */
  readonly demand: ImmutableMap<string, Demand>
  /** By source. */
  readonly sourceSettings: ImmutableMap<string, SourceSettings>
  /** By source. */
  readonly staleSources: ImmutableMap<string, StaleSource>
  readonly networks: Networks
}

/** `since` is the revision that said so. */
type StandingDrain = Drain & { readonly since: number }

/** By source: what it sets for all of its services, and the revision that wrote it. */
type Defaults = ImmutableMap<string, { readonly settings: SourceDefaults; readonly since: number }>

/** The demand that the rows say, in the words of the flow. */
export function placedDemand({ demand: rows }: Pick<Surroundings, 'demand'>): PlacedDemand[] {
  return [...rows.values()].map(({ region = '', zone, demand }) => ({ region, zone, demand }))
}
