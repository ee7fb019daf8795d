import type { Database } from 'better-sqlite3'
import { STORED_PARTS, type StoredPart } from '../../model/entry.ts'
import type { RetentionPolicy } from '../store.ts'
import { CLOSED_UNTIL } from './entry-queries.ts'
import type { Ledger } from './ledger.ts'

/** So many rows go in one transaction; other calls come in between two. */
const SLICE = 1_000

/** Where a run stands: which part, and the last row looked at. */
export interface RetentionCursor {
  readonly part: number
  readonly until: number
  readonly id: number
}

export interface RetentionSlice {
  readonly deleted: number
  readonly next: RetentionCursor | null
}

type Closed = { id: number; source: string; part: StoredPart; until: number }

/** Deletes closed entries, then closed part intervals and revisions that nothing left was written by. */
export class Retention {
  readonly #ledger: Ledger
  readonly #statements

  constructor(db: Database, ledger: Ledger) {
    this.#ledger = ledger
    this.#statements = statements(db)
  }

  slice(policy: RetentionPolicy, cursor: RetentionCursor = { part: 0, until: 0, id: 0 }): RetentionSlice {
    return this.#ledger.transaction(false, () => {
      const part = STORED_PARTS[cursor.part]
      if (part === undefined) return this.#deleteRevisions(policy)
      const cutoff = this.#lastRevisionBefore(policy[part === 'control' ? 'topology' : part])
      const rows = this.#statements.closed.all({ ...cursor, part, cutoff, limit: SLICE }) as Closed[]
      for (const row of rows) {
        this.#statements.raiseFloor.run(row.source, part, row.until)
        this.#statements.deleteEntry.run(row.id)
      }
      const last = rows.at(-1)
      if (last !== undefined && rows.length === SLICE) {
        return { deleted: rows.length, next: { part: cursor.part, until: last.until, id: last.id } }
      }
      const parts = this.#deleteParts(part, cutoff)
      return { deleted: rows.length + parts, next: { part: cursor.part + 1, until: 0, id: 0 } }
    })
  }

  #deleteParts(part: StoredPart, cutoff: number): number {
    const rows = this.#statements.closedParts.all({ part, cutoff }) as Closed[]
    for (const row of rows) {
      this.#statements.raiseFloor.run(row.source, part, row.until)
      this.#statements.deletePart.run(row.id)
    }
    return rows.length
  }

  #deleteRevisions(policy: RetentionPolicy): RetentionSlice {
    const cutoff = this.#lastRevisionBefore(Math.max(...Object.values(policy)))
    const topology = this.#lastRevisionBefore(policy.topology)
    const routes = this.#lastRevisionBefore(policy.routes)
    const head = this.#ledger.head()
    const { changes } = this.#statements.deleteRevisions.run({ cutoff, topology, routes, head, limit: SLICE })
    return {
      deleted: changes,
      next: changes === SLICE ? { part: STORED_PARTS.length, until: 0, id: 0 } : null,
    }
  }

  /** 0 when no revision is that old. An infinite age keeps everything. */
  #lastRevisionBefore(age: number): number {
    const time = Date.now() - age
    if (!Number.isFinite(time)) return 0
    return this.#statements.lastBefore.get(new Date(time).toISOString()) as number
  }
}

function statements(db: Database) {
  return {
    closed: db.prepare(CLOSED_UNTIL),
    closedParts: db.prepare(
      'select rowid as id, source, part, until from part where until <= @cutoff and part = @part',
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
         where revision <= case when part in ('topology', 'control') then @topology when part = 'routes' then @routes else @cutoff end
           and revision <= max(@cutoff, @topology, @routes) and revision < @head
           and not exists (select 1 from entry where entry.since = old.revision)
           and not exists (select 1 from part where part.since = old.revision)
         limit @limit)`,
    ),
  }
}
