import type { TrafficCell } from '../../model/traffic.ts'
import { cellKey, type Span, type TrafficRows } from '../traffic/rows.ts'
import type { ServiceSum, StepSum, TrafficQuery, TrafficSums } from '../traffic/traffic.ts'
import type { Queries } from './connect.ts'
import { sendAndWait } from './sent-ahead.ts'
import { inSlices } from './slices.ts'

export class PostgresTrafficRows implements TrafficRows {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async now(): Promise<number> {
    const [row] = await this.#sql<[{ now: number }]>`
      select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`
    return row.now
  }

  async begin(writer: string, batch: number): Promise<boolean> {
    const { count } = await this.#sql`
      insert into traffic_writer as known
      select ${writer}, ${batch}, (extract(epoch from clock_timestamp()) * 1000)::bigint
      on conflict (id) do update set batch = excluded.batch, seen_at = excluded.seen_at
      where known.batch < excluded.batch`
    return count > 0
  }

  async forgetWriters(before: number): Promise<void> {
    await this.#sql`delete from traffic_writer where seen_at < ${before}`
  }

  async count(span: Span, start: number): Promise<number> {
    const [row] = await this.#sql<[{ cells: number }]>`
      select count(*) as cells from traffic where span = ${span} and start = ${start}`
    return row.cells
  }

  async keys(span: Span, start: number): Promise<ReadonlySet<string>> {
    const cells = await this.#sql<TrafficCell[]>`
      select ${columns(this.#sql)} from traffic where span = ${span} and start = ${start}`
    return new Set(cells.map(cellKey))
  }

  async put(span: Span, cells: readonly TrafficCell[]): Promise<void> {
    const sql = this.#sql
    await inSlices(
      cells,
      () => 1,
      slice => sql`
        insert into traffic as known
        select ${span}, minute, service, "from", "to", requests, errors
        from json_to_recordset(${JSON.stringify(slice)}::text::json) as counted
          (minute bigint, service text, "from" text, "to" text, requests bigint, errors bigint)
        on conflict (span, start, service, from_zone, to_zone) do update
        set requests = known.requests + excluded.requests, errors = known.errors + excluded.errors`,
      sendAndWait,
    )
  }

  async oldest(span: Span, before: number): Promise<number | undefined> {
    const [row] = await this.#sql<[{ start: number }?]>`
      select start from traffic where span = ${span} and start < ${before} order by start limit 1`
    return row?.start
  }

  async take(span: Span, start: number): Promise<TrafficCell[]> {
    return this.#sql<TrafficCell[]>`
      delete from traffic where span = ${span} and start = ${start} returning ${columns(this.#sql)}`
  }

  async remove(span: Span, start: number): Promise<number> {
    const { count } = await this.#sql`delete from traffic where span = ${span} and start = ${start}`
    return count
  }
}

const columns = (sql: Queries) =>
  sql`start as minute, service, from_zone as "from", to_zone as "to", requests, errors`

/** One statement, so one moment. */
export async function readTraffic(sql: Queries, query: TrafficQuery): Promise<TrafficSums> {
  const { step, services } = query
  const rows = await sql<(Omit<StepSum, 'at'> & { at: number | null; service: string | null })[]>`
    select begun as at, service, from_zone as "from", to_zone as "to",
      sum(requests)::bigint as requests, sum(errors)::bigint as errors
    from (
      select start / ${step}::bigint * ${step}::bigint as begun, service, from_zone, to_zone, requests, errors
      from ${services === undefined ? allCells(sql, query) : cellsOf(sql, query, services)} as found) as cells
    group by grouping sets ((begun, from_zone, to_zone), (service, from_zone, to_zone))`
  const steps: StepSum[] = []
  const sums: ServiceSum[] = []
  for (const { at, service, ...counts } of rows) {
    if (at !== null) steps.push({ at, ...counts })
    if (service !== null) sums.push({ service, ...counts })
  }
  return { steps, services: sums }
}

function allCells(sql: Queries, { from, to }: TrafficQuery) {
  return sql`(
    select * from traffic where span in ('minute', 'hour') and start >= ${from} and start < ${to})`
}

/** Each start is looked up for itself: a range of starts would read what all services have there. */
function cellsOf(sql: Queries, { from, to }: TrafficQuery, services: readonly string[]) {
  return sql`(
    with recursive begun (span, start) as (
      select kind, (
        select start from traffic where span = kind and start >= ${from} and start < ${to} order by start limit 1)
      from (values ('minute' collate "C"), ('hour' collate "C")) as kinds (kind)
      union all
      select span, (
        select start from traffic
        where span = begun.span and start > begun.start and start < ${to} order by start limit 1)
      from begun where start is not null)
    select cells.* from begun cross join lateral (
      select * from traffic
      where span = begun.span and start = begun.start and service in ${sql(services)} offset 0) as cells)`
}
