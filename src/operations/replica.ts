import type { World } from '../translate/world.ts'

/** This process's view of the database, kept up by its change feed. */
export interface Replica {
  /** The newest state that this replica has applied. */
  world(): World
  /** Resolves when this replica has applied `revision`. */
  reached(revision: number): Promise<void>
}
