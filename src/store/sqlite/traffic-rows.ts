import type { Database } from 'better-sqlite3'
import type { TrafficCell } from '../../model/traffic.ts'
import { cellKey, type Span, type TrafficRows } from '../traffic/rows.ts'

/** Nothing here waits for anything, so transactions never mix. */
export class SqliteTrafficRows implements TrafficRows {
  readonly #statements

  constructor(db: Database) {
    this.#statements = statements(db)
  }

  async now(): Promise<number> {
    return Date.now()
  }

  async begin(writer: string, batch: number): Promise<boolean> {
    return this.#statements.begin.run({ writer, batch, now: Date.now() }).changes > 0
  }

  async forgetWriters(before: number): Promise<void> {
    this.#statements.forgetWriters.run(before)
  }

  async count(span: Span, start: number): Promise<number> {
    return this.#statements.count.get(span, start) as number
  }

  async keys(span: Span, start: number): Promise<ReadonlySet<string>> {
    return new Set((this.#statements.cells.all(span, start) as TrafficCell[]).map(cellKey))
  }

  async put(span: Span, cells: readonly TrafficCell[]): Promise<void> {
    for (const { minute, service, from, to, requests, errors } of cells)
      this.#statements.put.run(span, minute, service, from, to, requests, errors)
  }

  async oldest(span: Span, before: number): Promise<number | undefined> {
    return this.#statements.oldest.get(span, before) as number | undefined
  }

  async take(span: Span, start: number): Promise<TrafficCell[]> {
    const cells = this.#statements.cells.all(span, start) as TrafficCell[]
    await this.remove(span, start)
    return cells
  }

  async remove(span: Span, start: number): Promise<number> {
    return this.#statements.remove.run(span, start).changes
  }
}

function statements(db: Database) {
  return {
    begin: db.prepare(
      `insert into traffic_writer values (@writer, @batch, @now)
       on conflict (id) do update set batch = excluded.batch, seen_at = excluded.seen_at
       where batch < excluded.batch`,
    ),
    forgetWriters: db.prepare('delete from traffic_writer where seen_at < ?'),
    count: db.prepare('select count(*) from traffic where span = ? and start = ?').pluck(),
    cells: db.prepare(
      `select start as minute, service, from_zone as "from", to_zone as "to", requests, errors
       from traffic where span = ? and start = ?`,
    ),
    put: db.prepare(
      `insert into traffic values (?, ?, ?, ?, ?, ?, ?)
       on conflict do update
       set requests = requests + excluded.requests, errors = errors + excluded.errors`,
    ),
    oldest: db
      .prepare('select start from traffic where span = ? and start < ? order by start limit 1')
      .pluck(),
    remove: db.prepare('delete from traffic where span = ? and start = ?'),
  }
}
