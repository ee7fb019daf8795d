import type { StoredPart } from '../../model/entry.ts'
import { snapshotDigest } from '../../model/part-digest.ts'
import type { Revision } from '../store.ts'
import type { Floors } from './floors.ts'
import type { Problems } from './problems.ts'
import type { Rows } from './tables.ts'

/** The order and the numbers of revisions, and what each row says beside what its revision did. */
export class RevisionCheck {
  readonly #problems: Problems
  readonly #floors: Floors
  #last = 0

  constructor(floors: Floors, problems: Problems) {
    this.#floors = floors
    this.#problems = problems
  }

  get last(): number {
    return this.#last
  }

  /** `row`: undefined where entries or parts name a revision that has no row. */
  check(
    revision: number,
    row: Rows['revision'] | undefined,
    changed: Revision['changed'],
    digestOf: (source: string, part: StoredPart) => string,
  ): void {
    if (row === undefined) {
      this.#problems.add(`revision ${revision}: it has no row, and others say that it wrote them`)
      return
    }
    this.#checkNumber(revision)
    if (revision <= this.#floors.ofRevision(row)) return
    const { added, updated, removed } = changed
    if (added !== row.added || updated !== row.updated || removed !== row.removed) {
      this.#problems.add(
        `revision ${revision}: it says ${row.added} added, ${row.updated} updated, ${row.removed} removed, and its rows ` +
          `are ${added}, ${updated}, ${removed}`,
      )
    }
    const digest = digestAfter(row, digestOf)
    if (digest !== null && digest !== row.digest)
      this.#problems.add(
        `revision ${revision}: its digest ${row.digest} is not that of what it left, ${digest}`,
      )
  }

  #checkNumber(revision: number): void {
    // Retention takes revisions up to the highest floor, never after it.
    const from = Math.max(this.#last, this.#floors.highest) + 1
    if (revision > from) {
      const missing = from === revision - 1 ? `${from} is` : `${from} to ${revision - 1} are`
      this.#problems.add(`revision ${missing} missing`)
    }
    this.#last = revision
  }
}

/** null: a restore of all sources names none. */
function digestAfter(
  { source, part }: Rows['revision'],
  digestOf: (source: string, part: StoredPart) => string,
): string | null {
  if (part === 'control') return digestOf('', part)
  if (source === null) return null
  if (part === 'both') return snapshotDigest(digestOf(source, 'topology'), digestOf(source, 'routes'))
  return digestOf(source, part)
}
