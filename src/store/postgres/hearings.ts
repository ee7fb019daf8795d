import { HEARD_PRECISION } from '../store.ts'
import type { Hearings } from '../versions/statements.ts'
import type { Queries } from './connect.ts'

/** By the database's clock: replicas may disagree on the time. */
export class PostgresHearings implements Hearings {
  readonly #sql: Queries

  constructor(sql: Queries) {
    this.#sql = sql
  }

  async note(source: string): Promise<void> {
    // A note of a later time is one from before the clock was set back.
    await this.#sql`
      insert into heard (source, heard_at) values (${source}, clock_timestamp())
      on conflict (source) do update set heard_at = excluded.heard_at
      where heard.heard_at <= excluded.heard_at - ${HEARD_PRECISION} * interval '1 ms'
        or heard.heard_at > excluded.heard_at`
  }

  async forget(source: string): Promise<void> {
    await this.#sql`delete from heard where source = ${source}`
  }

  async all(): Promise<Map<string, string>> {
    const rows = await this.#sql<{ source: string; heardAt: string | Date }[]>`
      select source, heard_at as "heardAt" from heard`
    return new Map(rows.map(({ source, heardAt }) => [source, new Date(heardAt).toISOString()]))
  }
}
