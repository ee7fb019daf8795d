import { type Document, LIVE_FOR, type TextOf, type Versions } from '../reports.ts'
import type { Statements } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

/** Of the notifications that a replica has told something new. */
export const REPORT_CHANNEL = 'vicinity_report'

/** How long the rows of a replica that is not live are kept, in milliseconds: they go when another one begins. */
const KEPT_FOR = 60_000

/** Times are the database's. One that lies ahead is from before its clock was set back. */
export class PostgresReports implements NonNullable<Statements['reports']> {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async tell(replica: string, version: number, report: string): Promise<boolean> {
    const sql = this.#sql
    const [told] = await sql<[{ before: number | null }]>`
      with before as (select version from replica where id = ${replica}),
      told as (
        insert into replica values (${replica}, clock_timestamp(), ${version}, ${report})
        on conflict (id) do update
        set seen_at = excluded.seen_at, version = excluded.version, report = excluded.report
        returning id)
      select before.version as before,
        case when before.version is distinct from ${version} then pg_notify(${REPORT_CHANNEL}, id)::text end
      from told left join before on true`
    if (told.before !== null) return false
    await sql`delete from replica where not ${this.#seenWithin(KEPT_FOR)}`
    return true
  }

  async others(replica: string, known: Versions): Promise<TextOf<'report'>[]> {
    return this.#sql<TextOf<'report'>[]>`
      select id, version, case when version is distinct from ${this.#knownVersion(known)} then report end as report
      from replica where id <> ${replica} and ${this.#seenWithin(LIVE_FOR)} order by id`
  }

  async document(replica: string, documents: readonly Document[], count: number): Promise<void> {
    const sql = this.#sql
    await sql`delete from proxies where replica = ${replica} and number >= ${count}`
    await sql`
      insert into proxies (replica, number, version, document)
      select replica.id, written.number, written.version, written.document
      from replica, json_to_recordset(${JSON.stringify(documents)}::text::json)
        as written (number bigint, version bigint, document text)
      where replica.id = ${replica}
      on conflict (replica, number) do update set version = excluded.version, document = excluded.document`
  }

  async documents(replica: string, known: Versions): Promise<TextOf<'document'>[]> {
    return this.#sql<TextOf<'document'>[]>`
      select id, version, case when version is distinct from ${this.#knownVersion(known)} then document end as document
      from (
        select replica || '#' || number as id, proxies.version, document, replica, number
        from proxies join replica on replica.id = proxies.replica
        where replica.id <> ${replica} and ${this.#seenWithin(LIVE_FOR)}) as found
      order by replica, number`
  }

  async leave(replica: string): Promise<void> {
    await this.#sql`
      with gone as (delete from replica where id = ${replica} returning id)
      select pg_notify(${REPORT_CHANNEL}, id) from gone`
  }

  #seenWithin(age: number) {
    return this.#sql`
      (replica.seen_at between clock_timestamp() - ${age} * interval '1 ms'
                           and clock_timestamp() + ${age} * interval '1 ms')`
  }

  #knownVersion(known: Versions) {
    return this.#sql`(${JSON.stringify(known)}::text::json ->> id)::bigint`
  }
}
