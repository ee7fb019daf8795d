import type { ResourceVersion } from '../../model/nacks.ts'
import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import type { Holding } from './holdings.ts'

/** Of a view, and of what its reader has, what it takes; by whatever stands for a name. */
interface ShownView<Name> {
  readonly quarantines: readonly Quarantined[]
  get(name: Name): Resource | undefined
}
interface Holders<Name> {
  of(name: Name): Holding
}

/**
 * What one client is to have of one type: what the view has, save for what is under quarantine there. Who was sent such a
 * version before goes on as it is; whoever was not, or has nothing because he refused it, is shown the last good one.
 * Where none is known a client that has nothing is shown nothing, and one that has something keeps it when it refuses the
 * version like the others.
 */
export class ShownResources<Name> {
  readonly #view: ShownView<Name>
  readonly #holdings: Holders<Name>
  readonly #mayHave: boolean

  /** `mayHave`: the client comes back, and does not say what it has. */
  constructor(view: ShownView<Name>, holdings: Holders<Name>, mayHave: boolean) {
    this.#view = view
    this.#holdings = holdings
    this.#mayHave = mayHave
  }

  get(name: Name): Resource | undefined {
    const newest = this.#view.get(name)
    if (newest === undefined || this.#view.quarantines.length === 0) return newest
    const row = this.#quarantineOf(newest)
    return row === undefined ? newest : this.#inQuarantine(row, newest, this.#holdings.of(name))
  }

  /** Whoever has not got this name is not sent it as long as its newest version is the one that it has now. */
  isWithheld(name: Name): boolean {
    const newest = this.#view.get(name)
    const row = newest && this.#quarantineOf(newest)
    return row !== undefined && row.lastGood === undefined
  }

  /** Whether the client is shown something else, although this version is the newest. */
  isKeptBack(name: Name, { version }: Pick<ResourceVersion, 'version'>): boolean {
    return this.#view.get(name)?.version === version && this.get(name)?.version !== version
  }

  #quarantineOf({ name, version }: Resource): Quarantined | undefined {
    return this.#view.quarantines.find(row => row.name === name && row.version === version)
  }

  #inQuarantine({ lastGood }: Quarantined, newest: Resource, { has, sent, isAwaited }: Holding) {
    const wasSent = sent?.version === newest.version
    if (wasSent && (has !== undefined || isAwaited)) return newest
    if (lastGood !== undefined) return lastGood
    return sent === undefined && !this.#mayHave ? undefined : newest
  }
}
