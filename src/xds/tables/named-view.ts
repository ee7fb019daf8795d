import type { Quarantined } from '../../translate/quarantined.ts'
import type { Resource } from '../../translate/resource.ts'
import type { Names } from '../names/names.ts'
import type { View } from './view.ts'

/** A view by the names themselves: for those who ask seldom, and keep what they ask for as text. */
export class NamedView {
  readonly #view: View
  readonly #names: Names

  constructor(view: View, names: Names) {
    this.#view = view
    this.#names = names
  }

  get position(): number {
    return this.#view.position
  }

  get quarantines(): readonly Quarantined[] {
    return this.#view.quarantines
  }

  get(name: string): Resource | undefined {
    return this.#view.get(this.#names.idSaid(name))
  }

  /** Every name that a wildcard gets. */
  all(): string[] {
    return Array.from(this.#view.all(), id => this.#names.textOf(id))
  }

  changedSince(cursor: number): string[] {
    return Array.from(this.#view.changedSince(cursor), id => this.#names.textOf(id))
  }
}
