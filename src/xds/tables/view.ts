import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import type { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { Share } from './share.ts'

/**
 * What one audience (a gateway, a viewpoint) sees of one resource type, with the order in which names changed.
 *
 * Positions are positive integers that grow with each change; a reader keeps the last position it has looked at
 * as its cursor. Each name stands in the log once, at its last change, so a reader that was away gets the newest
 * state and never a history.
 */
export interface View {
  /** Position of the newest change; 0 when there was none. */
  readonly position: number
  readonly get: (id: NameId) => Resource | undefined
  /** Every name that a wildcard subscription gets. Types without wildcard (assignments, routes) yield nothing. */
  all(): IdSet
  /** What all who see the same have in common; absent: nothing is kept for them. */
  readonly share?: Share | undefined
  /** The versions that are kept from clients that were not sent them yet, whatever `get` says. */
  readonly quarantines: readonly Quarantined[]
  /** The reader does not want this name any more, which `get` may have noted for it. */
  forget(id: NameId): void
  /** Names that came, changed or went after `cursor`, oldest change first. */
  changedSince(cursor: number): Iterable<NameId>
}

/** The views of one stream's audience by type URL; undefined: a type that is not served. */
export type Views = (typeUrl: string) => View | undefined
