import { and, asc, count, desc, eq, gt, isNull, lt, ne } from 'drizzle-orm'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { Part } from '../../model/entry.ts'
import type { Revision, RevisionsQuery, SourceState } from '../store.ts'
import { part, revision as table } from './schema.ts'

/** Who wrote what and when. */
export class Revisions {
  readonly #db: BetterSQLite3Database

  constructor(db: BetterSQLite3Database) {
    this.#db = db
  }

  list(query: RevisionsQuery): { items: Revision[]; total: number } {
    const { limit, after, order, source, author, cause } = query
    const matching = and(
      source === undefined ? undefined : eq(table.source, source),
      query.part === undefined ? undefined : eq(table.part, query.part),
      author === undefined ? undefined : eq(table.author, author),
      cause === undefined ? undefined : eq(table.cause, cause),
    )
    const [beyond, sorted] = order === 'newest' ? [lt, desc] : [gt, asc]
    const rows = this.#db
      .select()
      .from(table)
      .where(and(matching, after === undefined ? undefined : beyond(table.revision, after)))
      .orderBy(sorted(table.revision))
      .limit(limit)
      .all()
    const total = this.#db.select({ total: count() }).from(table).where(matching).get()?.total ?? 0
    return { items: rows.map(toRevision), total }
  }

  get(id: number): Revision | null {
    const row = this.#db.select().from(table).where(eq(table.revision, id)).get()
    return row === undefined ? null : toRevision(row)
  }

  sources(): SourceState[] {
    const rows = this.#db
      .select()
      .from(part)
      .where(and(isNull(part.until), ne(part.part, 'control')))
      .orderBy(part.source, desc(part.part))
      .all()
    return Array.from(groupBySource(rows), ([source, parts]) => ({
      source,
      created: Math.min(...parts.map(({ created }) => created)),
      parts: parts.map(row => ({
        part: row.part as Part,
        digest: row.digest,
        revision: row.since,
        entries: row.entries,
        changedAt: row.changedAt,
      })),
    }))
  }
}

function groupBySource(rows: readonly (typeof part.$inferSelect)[]) {
  const groups = new Map<string, (typeof part.$inferSelect)[]>()
  for (const row of rows) groups.set(row.source, [...(groups.get(row.source) ?? []), row])
  return groups
}

function toRevision({ added, updated, removed, ...row }: typeof table.$inferSelect): Revision {
  return { ...row, changed: { added, updated, removed } }
}
