import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import { IdSet } from '../names/id-set.ts'
import type { NameId } from '../names/name-id.ts'
import type { ChangeLog } from './change-log.ts'
import type { Share } from './share.ts'
import type { View } from './view.ts'

/** What one audience sees at the moment. */
interface Content {
  /** As of a view. */
  readonly share?: Share
  get(id: NameId): Resource | undefined
  /** Default: there is no wildcard. */
  all?(): IdSet
  /** Default: none. */
  quarantines?(): readonly Quarantined[]
  /** As of a view; default: nothing is noted. */
  forget?(id: NameId): void
}

const NONE: readonly Quarantined[] = []
const NOTHING = new IdSet()

/**
 * A view over a log that several audiences share. The log may name what changed for another of them alone: who looks
 * such a name up finds the version that he had.
 */
export class LoggedView implements View {
  readonly get: (id: NameId) => Resource | undefined
  readonly all: () => IdSet
  readonly forget: (id: NameId) => void
  readonly share: Share | undefined
  readonly #log: ChangeLog
  readonly #quarantines: () => readonly Quarantined[]

  constructor(
    log: ChangeLog,
    { get, share, all = () => NOTHING, quarantines = () => NONE, forget = () => {} }: Content,
  ) {
    this.#log = log
    this.share = share
    this.get = get
    this.all = all
    this.forget = forget
    this.#quarantines = quarantines
  }

  get position(): number {
    return this.#log.position
  }

  get quarantines(): readonly Quarantined[] {
    return this.#quarantines()
  }

  changedSince(cursor: number): Iterable<NameId> {
    return this.#log.since(cursor)
  }
}
