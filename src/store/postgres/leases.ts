import { LEASE_GAP, type Tenure } from '../store.ts'
import type { Leases } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

/** Rows that are dated by the database's clock, so that no replica's own clock matters. */
export class PostgresLeases implements Leases {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async take(name: string, holder: string, duration: number): Promise<Tenure | null> {
    const sql = this.#sql
    // It runs out later than it can only where the clock was set back.
    const isOfLater = sql`held.until > excluded.until`
    const [row] = await sql<{ since: string | Date; now: string | Date }[]>`
      insert into lease as held (name, holder, until, since)
      select ${name}, ${holder}, now + ${duration} * interval '1 ms', now from clock_timestamp() as now
      on conflict (name) do update set holder = excluded.holder, until = excluded.until,
        since = case when not ${isOfLater} and held.until + ${LEASE_GAP} * interval '1 ms' >= excluded.since
                     then held.since else excluded.since end
      where held.holder = excluded.holder or held.until <= excluded.since or ${isOfLater}
      returning since, until - ${duration} * interval '1 ms' as now`
    if (row === undefined) return null
    return { since: new Date(row.since).toISOString(), now: new Date(row.now).toISOString() }
  }

  async release(name: string, holder: string): Promise<void> {
    await this.#sql`
      update lease set holder = '', until = clock_timestamp() where name = ${name} and holder = ${holder}`
  }
}
