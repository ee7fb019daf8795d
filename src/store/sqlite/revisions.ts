import type { Database } from 'better-sqlite3'
import { and, asc, count, desc, eq, gt, isNull, lt, ne } from 'drizzle-orm'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import type { Position } from '../../model/change.ts'
import type { Revision, RevisionsQuery, SourceState } from '../store.ts'
import { sourceStates, toPosition, toRevision } from '../versions/revision-rows.ts'
import type { AgedRevision, Revisions } from '../versions/statements.ts'
import { part, revision as table } from './schema.ts'

export class SqliteRevisions implements Revisions {
  readonly #db: BetterSQLite3Database
  readonly #statements

  constructor(db: Database) {
    this.#db = drizzle(db)
    this.#statements = statements(db)
  }

  // These are asked after each commit: they are prepared, for drizzle writes its queries anew each time.
  async position(): Promise<Position> {
    return toPosition(this.#statements.newest.get() as Stamped | undefined)
  }

  async since(revision: number, limit: number): Promise<AgedRevision[]> {
    const rows = this.#statements.since.all({ revision, limit }) as (Stamped &
      Pick<AgedRevision, 'part' | 'removed'>)[]
    const now = Date.now()
    return rows.map(row => {
      const { part, removed } = row
      return { ...toPosition(row), part, age: now - Date.parse(row.createdAt), removed }
    })
  }

  async stampOf(revision: number): Promise<string | undefined> {
    const row = this.#statements.one.get({ revision }) as Stamped | undefined
    return row && toPosition(row).stamp
  }

  async list(query: RevisionsQuery): Promise<{ items: Revision[]; total: number }> {
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

  async get(id: number): Promise<Revision | null> {
    const row = this.#db.select().from(table).where(eq(table.revision, id)).get()
    return row === undefined ? null : toRevision(row)
  }

  async sources(): Promise<SourceState[]> {
    const rows = this.#db
      .select()
      .from(part)
      .where(and(isNull(part.until), ne(part.part, 'control')))
      .orderBy(part.source, desc(part.part))
      .all()
    return sourceStates(rows)
  }
}

interface Stamped {
  readonly revision: number
  readonly source: string | null
  readonly digest: string | null
  readonly createdAt: string
}

const STAMPED = 'select revision, source, digest, created_at as createdAt, part, removed from revision'

function statements(db: Database) {
  return {
    newest: db.prepare(`${STAMPED} order by revision desc limit 1`),
    since: db.prepare(`${STAMPED} where revision >= @revision order by revision desc limit @limit`),
    one: db.prepare(`${STAMPED} where revision = @revision`),
  }
}
