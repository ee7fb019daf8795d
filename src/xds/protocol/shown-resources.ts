import type { ResourceVersion } from '../../model/nacks.ts'
import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import type { View } from '../tables/view.ts'
import type { Holding, Holdings } from './holdings.ts'

/**
 * What one client is to have of one type: what the view has, save for what is under quarantine there. Who was sent such a
 * version before goes on as it is; whoever was not, or has nothing because he refused it, is shown the last good one.
 * Where none is known a client that has nothing is shown nothing, and one that has something keeps it when it refuses the
 * version like the others.
 */
export class ShownResources {
  readonly #view: View
  readonly #holdings: Pick<Holdings, 'of'>
  readonly #mayHave: boolean

  /** `mayHave`: the client comes back, and does not say what it has. */
  constructor(view: View, holdings: Pick<Holdings, 'of'>, mayHave: boolean) {
    this.#view = view
    this.#holdings = holdings
    this.#mayHave = mayHave
  }

  get(name: string): Resource | undefined {
    const newest = this.#view.get(name)
    const row = newest && this.#quarantineOf(newest)
    return row === undefined ? newest : this.#inQuarantine(row, newest as Resource, this.#holdings.of(name))
  }

  /** As `get`, for a client that says that it has this version: then it has taken it once. */
  having({ name, version }: ResourceVersion): Resource | undefined {
    const newest = this.#view.get(name)
    return newest?.version === version ? newest : this.get(name)
  }

  /** Whoever has not got this name is not sent it as long as its newest version is the one that it has now. */
  isWithheld(name: string): boolean {
    const newest = this.#view.get(name)
    const row = newest && this.#quarantineOf(newest)
    return row !== undefined && row.lastGood === undefined
  }

  /** Names of which the client is shown something else than the newest version. */
  keptBack(): string[] {
    const isKeptBack = ({ name, version }: ResourceVersion) =>
      this.#view.get(name)?.version === version && this.get(name)?.version !== version
    return this.#view.quarantines.filter(isKeptBack).map(({ name }) => name)
  }

  #quarantineOf({ name, version }: Resource): Quarantined | undefined {
    const { quarantines } = this.#view
    return quarantines.length === 0
      ? undefined
      : quarantines.find(row => row.name === name && row.version === version)
  }

  #inQuarantine({ lastGood }: Quarantined, newest: Resource, { has, sent, isAwaited }: Holding) {
    const wasSent = sent?.version === newest.version
    if (wasSent && (has !== undefined || isAwaited)) return newest
    if (lastGood !== undefined) return lastGood
    return sent === undefined && !this.#mayHave ? undefined : newest
  }
}
