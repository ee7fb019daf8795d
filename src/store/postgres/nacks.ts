import type { Nack } from '../../model/nacks.ts'
import { NACKS_KEPT, type NacksQuery } from '../nacks.ts'
import type { NackRows } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

type Row = Omit<Nack, 'resources' | 'firstAt' | 'lastAt'> & {
  readonly resources: string
  readonly firstAt: string | Date
  readonly lastAt: string | Date
}

export class PostgresNacks implements NackRows {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async note(nacks: readonly Nack[]): Promise<void> {
    const rows = nacks.map(nack => ({ ...nack, resources: JSON.stringify(nack.resources) }))
    // In one order, so that replicas that note the same wait for each other and do not deadlock.
    await this.#sql`
      insert into nack as known
        (key, gateway, node, proxy, type_url, resources, revision, detail, first_at, last_at, count)
      select key, gateway, node, proxy, "typeUrl", resources, revision, detail, "firstAt", "lastAt", count
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as noted
        (key text, gateway text, node text, proxy text, "typeUrl" text, resources text, revision bigint, detail text,
         "firstAt" timestamptz, "lastAt" timestamptz, count bigint)
      order by key
      on conflict (key) do update set proxy = excluded.proxy, detail = excluded.detail,
        last_at = greatest(known.last_at, excluded.last_at), count = known.count + excluded.count`
    // Those that somebody writes just now are seen last.
    await this.#sql`
      delete from nack where key in (
        select key from nack order by last_at desc, key desc offset ${NACKS_KEPT} for update skip locked)`
  }

  async list(query: NacksQuery): Promise<{ items: Nack[]; total: number }> {
    const { limit, after } = query
    const sql = this.#sql
    const beyond =
      after === undefined ? sql`` : sql`and (last_at, key) < (${after.lastAt}::timestamptz, ${after.key})`
    const rows = await sql<Row[]>`
      select key, gateway, node, proxy, type_url as "typeUrl", resources, revision, detail,
        first_at as "firstAt", last_at as "lastAt", count
      from nack where ${this.#matching(query)} ${beyond}
      order by last_at desc, key desc limit ${limit}`
    const [counted] = await sql<[{ total: number }]>`
      select count(*) as total from nack where ${this.#matching(query)}`
    const time = (at: string | Date) => new Date(at).toISOString()
    return {
      items: rows.map(row => ({
        ...row,
        resources: JSON.parse(row.resources),
        firstAt: time(row.firstAt),
        lastAt: time(row.lastAt),
      })),
      total: counted.total,
    }
  }

  async deleteOlder(age: number): Promise<number> {
    if (!Number.isFinite(age)) return 0
    const { count } = await this.#sql`
      delete from nack where key in (
        select key from nack where last_at < clock_timestamp() - ${age} * interval '1 ms' for update skip locked)`
    return count
  }

  #matching({ gateway, node, typeUrl, revision }: NacksQuery) {
    const sql = this.#sql
    return sql`true
      ${gateway === undefined ? sql`` : sql`and gateway = ${gateway}`}
      ${node === undefined ? sql`` : sql`and node = ${node}`}
      ${typeUrl === undefined ? sql`` : sql`and type_url = ${typeUrl}`}
      ${revision === undefined ? sql`` : sql`and revision = ${revision}`}`
  }
}
