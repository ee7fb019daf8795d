import { STORED_PARTS, type StoredPart } from '../../model/entry.ts'
import type { ClosedRow } from '../versions/rows.ts'
import type { Cutoffs, Place, Pruning } from '../versions/statements.ts'
import type { Queries } from './connect.ts'
import { closedEntries } from './entry-queries.ts'

/** Ages are by the database's clock, which revisions were dated by. */
export class PostgresPruning implements Pruning {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async lastBefore(age: number): Promise<number> {
    if (!Number.isFinite(age)) return 0
    const [row] = await this.#sql<[{ revision: number }?]>`
      select revision from revision where created_at <= now() - ${age} * interval '1 ms'
      order by created_at desc, revision desc limit 1`
    return row?.revision ?? 0
  }

  async closedEntries(part: StoredPart, cutoff: number, place: Place, limit: number): Promise<ClosedRow[]> {
    return (await closedEntries(this.#sql, { part, cutoff, place, limit })) as unknown as ClosedRow[]
  }

  async closedParts(part: StoredPart, cutoff: number): Promise<ClosedRow[]> {
    return this.#sql<ClosedRow[]>`
      select id, source, until from part where until <= ${cutoff} and part = ${part}`
  }

  async raiseFloors(part: StoredPart, rows: readonly ClosedRow[]): Promise<void> {
    const floors = new Map<string, number>()
    for (const { source, until } of rows) floors.set(source, Math.max(until, floors.get(source) ?? 0))
    const raised = JSON.stringify(Array.from(floors, ([source, revision]) => ({ source, revision })))
    // In one order, so that two who do this at once wait for each other and do not deadlock.
    await this.#sql`
      insert into floor (source, part, revision)
      select source, ${part}, revision
      from json_to_recordset(${raised}::text::json) as raised (source text, revision bigint) order by source
      on conflict (source, part) do update set revision = greatest(floor.revision, excluded.revision)`
  }

  async deleteEntries(rows: readonly ClosedRow[]): Promise<void> {
    const ids = JSON.stringify(rows.map(({ id }) => id))
    await this.#sql`
      delete from entry using json_array_elements_text(${ids}::text::json) as closed (id)
      where entry.id = closed.id::bigint`
  }

  async deleteParts(rows: readonly ClosedRow[]): Promise<void> {
    const ids = JSON.stringify(rows.map(({ id }) => id))
    await this.#sql`
      delete from part using json_array_elements_text(${ids}::text::json) as closed (id)
      where part.id = closed.id::bigint`
  }

  /** Looked up revision by revision: as a join, PostgreSQL would rather read all that there is. */
  async deleteRevisions({ topology, routes, both }: Cutoffs, head: number, limit: number): Promise<number> {
    const { count } = await this.#sql`
      delete from revision where revision in (
        select revision from revision as old
        where revision <= case when part in ('topology', 'control') then ${topology}::bigint
                               when part = 'routes' then ${routes}::bigint else ${both}::bigint end
          and revision <= ${Math.max(topology, routes, both)} and revision < ${head}
          and (select since from entry
               where part in ${this.#sql(STORED_PARTS)} and entry.since = old.revision limit 1) is null
          and (select since from part where part.since = old.revision limit 1) is null
        limit ${limit})`
    return count
  }
}
