import type { World } from '../translate/world.ts'

/** This process's view of the database, kept up by its change feed. */
export interface Replica {
  /** The newest state that this replica has applied. */
  world(): World
  /**
   * Resolves to true when this replica has applied `revision`; to false when the database has gone back behind it: it
   * failed over to a copy that does not have what was written last.
   */
  reached(revision: number): Promise<boolean>
}
