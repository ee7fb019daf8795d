import type { Database } from 'better-sqlite3'
import type { StoredPart } from '../../model/entry.ts'
import type { ClosedRow } from '../versions/rows.ts'
import type { Cutoffs, Place, Pruning } from '../versions/statements.ts'
import { CLOSED_UNTIL } from './entry-queries.ts'

export class SqlitePruning implements Pruning {
  readonly #statements

  constructor(db: Database) {
    this.#statements = statements(db)
  }

  async lastBefore(age: number): Promise<number> {
    const time = Date.now() - age
    if (!Number.isFinite(time)) return 0
    return this.#statements.lastBefore.get(new Date(time).toISOString()) as number
  }

  async closedEntries(part: StoredPart, cutoff: number, place: Place, limit: number): Promise<ClosedRow[]> {
    const { revision: until, id } = place
    return this.#statements.closedEntries.all({ part, cutoff, until, id, limit }) as ClosedRow[]
  }

  async closedParts(part: StoredPart, cutoff: number): Promise<ClosedRow[]> {
    return this.#statements.closedParts.all({ part, cutoff }) as ClosedRow[]
  }

  async raiseFloors(part: StoredPart, rows: readonly ClosedRow[]): Promise<void> {
    for (const { source, until } of rows) this.#statements.raiseFloor.run(source, part, until)
  }

  async deleteEntries(rows: readonly ClosedRow[]): Promise<void> {
    for (const { id } of rows) this.#statements.deleteEntry.run(id)
  }

  async deleteParts(rows: readonly ClosedRow[]): Promise<void> {
    for (const { id } of rows) this.#statements.deletePart.run(id)
  }

  async deleteRevisions(cutoffs: Cutoffs, head: number, limit: number): Promise<number> {
    return this.#statements.deleteRevisions.run({ ...cutoffs, head, limit }).changes
  }
}

function statements(db: Database) {
  return {
    closedEntries: db.prepare(CLOSED_UNTIL),
    closedParts: db.prepare(
      'select rowid as id, source, until from part where until <= @cutoff and part = @part',
    ),
    deleteEntry: db.prepare('delete from entry where id = ?'),
    deletePart: db.prepare('delete from part where rowid = ?'),
    raiseFloor: db.prepare(
      `insert into floor values (?, ?, ?)
       on conflict (source, part) do update set revision = max(revision, excluded.revision)`,
    ),
    lastBefore: db
      .prepare(
        `select coalesce((select revision from revision where created_at <= ? order by revision desc limit 1), 0)`,
      )
      .pluck(),
    deleteRevisions: db.prepare(
      `delete from revision where revision in (
         select revision from revision as old
         where revision <= case when part in ('topology', 'control') then @topology when part = 'routes' then @routes else @both end
           and revision <= max(@both, @topology, @routes) and revision < @head
           and not exists (select 1 from entry where entry.since = old.revision)
           and not exists (select 1 from part where part.since = old.revision)
         limit @limit)`,
    ),
  }
}
