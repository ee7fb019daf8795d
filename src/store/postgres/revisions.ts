import { and, asc, count, desc, eq, gt, isNull, lt, ne } from 'drizzle-orm'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Position } from '../../model/change.ts'
import type { Revision, RevisionsQuery, SourceState } from '../store.ts'
import { sourceStates, toPosition, toRevision } from '../versions/revision-rows.ts'
import type { AgedRevision, Revisions } from '../versions/statements.ts'
import type { Sql } from './connect.ts'
import { part, revision as table } from './schema.ts'

export class PostgresRevisions implements Revisions {
  readonly #sql: Sql
  readonly #db: PostgresJsDatabase

  constructor(sql: Sql) {
    this.#sql = sql
    this.#db = drizzle(sql)
  }

  // These are asked after each commit, by each replica: they are prepared, which drizzle's queries are not.
  async position(): Promise<Position> {
    const [row] = await this.#sql<Stamped[]>`${stamped(this.#sql)} order by revision desc limit 1`
    return toPosition(row && dated(row))
  }

  async since(revision: number, limit: number): Promise<AgedRevision[]> {
    const rows = await this.#sql<(Stamped & Pick<AgedRevision, 'part' | 'age' | 'removed'>)[]>`
      select revision, source, digest, created_at as "createdAt", part, removed,
        (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as age
      from revision where revision >= ${revision} order by revision desc limit ${limit}`
    return rows.map(row => {
      const { part, age, removed } = row
      return { ...toPosition(dated(row)), part, age, removed }
    })
  }

  async stampOf(revision: number): Promise<string | undefined> {
    const [row] = await this.#sql<Stamped[]>`${stamped(this.#sql)} where revision = ${revision}`
    return row && toPosition(dated(row)).stamp
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
    const rows = await this.#db
      .select()
      .from(table)
      .where(and(matching, after === undefined ? undefined : beyond(table.revision, after)))
      .orderBy(sorted(table.revision))
      .limit(limit)
    const [counted] = await this.#db.select({ total: count() }).from(table).where(matching)
    return { items: rows.map(row => toRevision(dated(row))), total: counted?.total ?? 0 }
  }

  async get(id: number): Promise<Revision | null> {
    const [row] = await this.#db.select().from(table).where(eq(table.revision, id))
    return row === undefined ? null : toRevision(dated(row))
  }

  async sources(): Promise<SourceState[]> {
    const rows = await this.#db
      .select()
      .from(part)
      .where(and(isNull(part.until), ne(part.part, 'control')))
      .orderBy(part.source, desc(part.part))
    return sourceStates(rows.map(row => ({ ...row, changedAt: row.changedAt.toISOString() })))
  }
}

interface Stamped {
  readonly revision: number
  readonly source: string | null
  readonly digest: string | null
  readonly createdAt: string | Date
}

const stamped = (sql: Sql) => sql`select revision, source, digest, created_at as "createdAt" from revision`

function dated<Row extends { readonly createdAt: string | Date }>(row: Row): Row & { createdAt: string } {
  return { ...row, createdAt: new Date(row.createdAt).toISOString() }
}
