import type { StoredPart } from '../../model/entry.ts'
import type { Revision } from '../store.ts'
import type { Floors } from './floors.ts'
import type { Inventory } from './inventory.ts'
import type { Moment } from './moment.ts'
import { PartHistory } from './part-history.ts'
import type { Problems } from './problems.ts'
import { RevisionCheck } from './revision-check.ts'
import { entryProblems, partProblems } from './row-problems.ts'
import { RowsInOrder } from './rows-in-order.ts'
import type { Rows } from './tables.ts'

/** One pass over all rows, revision by revision: what each did to which part, and what it says that it did. */
export async function walkHistory(
  moment: Moment,
  inventory: Inventory,
  head: number,
  floors: Floors,
  problems: Problems,
): Promise<void> {
  const revisions = new RowsInOrder(
    inventory.noting('revision', moment.rows('revision')),
    row => row.revision,
  )
  const opened = new RowsInOrder(inventory.noting('part', moment.rows('part')), row => row.since)
  const came = new RowsInOrder(inventory.noting('entry', moment.rows('entry')), row => row.since)
  const went = new RowsInOrder(moment.closed(), row => row.until)
  const walks = [revisions, opened, came, went]
  const histories = new Histories(floors, problems)
  const check = new RevisionCheck(floors, problems)
  try {
    for (;;) {
      const revision = Math.min(...(await Promise.all(walks.map(walk => walk.next()))))
      if (revision === Number.POSITIVE_INFINITY) break
      let wrote = false
      for await (const row of opened.of(revision)) {
        wrote = true
        histories.changing(row).open(row)
        problems.add(...partProblems(row, head))
      }
      for await (const row of came.of(revision)) {
        wrote = true
        histories.changing(row).came(row)
        problems.add(...entryProblems(row, head))
      }
      for await (const row of went.of(revision)) histories.changing(row).went(row)
      let said: Rows['revision'] | undefined
      for await (const row of revisions.of(revision)) said = row
      const did = histories.endRevision(revision)
      // The row of a revision that only removed goes with what it removed, or just before.
      if (said !== undefined || wrote)
        check.check(revision, said, did, (source, part) => histories.of(source, part).digest)
    }
  } finally {
    for (const walk of walks) await walk.end()
  }
  histories.end(head)
  if (check.last !== head) problems.add(`the head is ${head}, and the newest revision ${check.last}`)
}

/** Those of all parts. */
class Histories {
  readonly #floors: Floors
  readonly #problems: Problems
  readonly #parts = new Map<string, PartHistory>()
  readonly #changing = new Set<PartHistory>()

  constructor(floors: Floors, problems: Problems) {
    this.#floors = floors
    this.#problems = problems
  }

  of(source: string, part: StoredPart): PartHistory {
    const name = `${source}/${part}`
    let found = this.#parts.get(name)
    if (found === undefined) {
      found = new PartHistory(source, part, this.#floors.of(source, part), this.#problems)
      this.#parts.set(name, found)
    }
    return found
  }

  /** The one that the revision at hand changes. */
  changing({ source, part }: { readonly source: string; readonly part: StoredPart }): PartHistory {
    const found = this.of(source, part)
    this.#changing.add(found)
    return found
  }

  /** What the revision did to all parts. */
  endRevision(revision: number): Revision['changed'] {
    const total = { added: 0, updated: 0, removed: 0 }
    for (const part of this.#changing) {
      const { added, updated, removed } = part.endRevision(revision)
      total.added += added
      total.updated += updated
      total.removed += removed
    }
    this.#changing.clear()
    return total
  }

  end(head: number): void {
    for (const part of this.#parts.values()) part.end(head)
  }
}
