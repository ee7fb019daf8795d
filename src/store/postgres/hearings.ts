import { HEARD_PRECISION } from '../store.ts'
import type { Hearings } from '../versions/statements.ts'
import type { Queries } from './connect.ts'
import type { Send } from './sent-ahead.ts'

/** By the database's clock: replicas may disagree on the time. */
export class PostgresHearings implements Hearings {
  readonly #sql: Queries
  readonly #send: Send

  constructor(sql: Queries, send: Send) {
    this.#sql = sql
    this.#send = send
  }

  async note(source: string): Promise<void> {
    // A note of a later time is one from before the clock was set back. It is asked for twice: a conflict locks the row
    // even where nothing is then updated, and so would write and sync.
    await this.#send(this.#sql`
      insert into heard (source, heard_at)
      select ${source}, clock_timestamp()
      where not exists (
        select 1 from heard as noted where noted.source = ${source}
          and noted.heard_at > clock_timestamp() - ${HEARD_PRECISION} * interval '1 ms'
          and noted.heard_at <= clock_timestamp())
      on conflict (source) do update set heard_at = excluded.heard_at
      where heard.heard_at <= excluded.heard_at - ${HEARD_PRECISION} * interval '1 ms'
        or heard.heard_at > excluded.heard_at`)
  }

  async forget(source: string): Promise<void> {
    await this.#send(this.#sql`delete from heard where source = ${source}`)
  }

  async all(): Promise<Map<string, string>> {
    const rows = await this.#sql<{ source: string; heardAt: string | Date }[]>`
      select source, heard_at as "heardAt" from heard`
    return new Map(rows.map(({ source, heardAt }) => [source, new Date(heardAt).toISOString()]))
  }
}
