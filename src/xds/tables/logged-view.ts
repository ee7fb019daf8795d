import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import type { ChangeLog } from './change-log.ts'
import type { View } from './view.ts'

/** What one audience sees at the moment. */
interface Content {
  get(name: string): Resource | undefined
  names(): Iterable<string>
  /** Default: none. */
  quarantines?(): readonly Quarantined[]
  /** As of a view; default: nothing is noted. */
  forget?(name: string): void
}

const NONE: readonly Quarantined[] = []

/**
 * A view over a log that several audiences share. The log may name what changed for another of them alone: who looks
 * such a name up finds the version that he had.
 */
export class LoggedView implements View {
  readonly get: (name: string) => Resource | undefined
  readonly names: () => Iterable<string>
  readonly forget: (name: string) => void
  readonly #log: ChangeLog
  readonly #quarantines: () => readonly Quarantined[]

  constructor(log: ChangeLog, { get, names, quarantines = () => NONE, forget = () => {} }: Content) {
    this.#log = log
    this.get = get
    this.names = names
    this.forget = forget
    this.#quarantines = quarantines
  }

  get position(): number {
    return this.#log.position
  }

  get quarantines(): readonly Quarantined[] {
    return this.#quarantines()
  }

  changedSince(cursor: number): Iterable<string> {
    return this.#log.since(cursor)
  }
}
