import type { Capacities } from './capacities.ts'
import type { Regions } from './regions.ts'

/** What services of one world read beside their own entries: settled with the world, after its services were made. */
export interface Surroundings {
  readonly regions: Regions
  readonly capacities: Capacities
}
