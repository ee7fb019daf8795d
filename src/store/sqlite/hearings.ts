import type { Database } from 'better-sqlite3'
import { HEARD_PRECISION } from '../store.ts'
import type { Hearings } from '../versions/statements.ts'

export class SqliteHearings implements Hearings {
  readonly #statements

  constructor(db: Database) {
    this.#statements = statements(db)
  }

  async note(source: string): Promise<void> {
    const now = Date.now()
    const time = (at: number) => new Date(at).toISOString()
    this.#statements.note.run({ source, now: time(now), old: time(now - HEARD_PRECISION) })
  }

  async forget(source: string): Promise<void> {
    this.#statements.forget.run(source)
  }

  async all(): Promise<Map<string, string>> {
    return new Map(this.#statements.all.all() as [string, string][])
  }
}

function statements(db: Database) {
  return {
    // A note of a later time is one from before the clock was set back.
    note: db.prepare(
      `insert into heard (source, heard_at) values (@source, @now)
       on conflict (source) do update set heard_at = excluded.heard_at
       where heard_at <= @old or heard_at > @now`,
    ),
    forget: db.prepare('delete from heard where source = ?'),
    all: db.prepare('select source, heard_at from heard').raw(),
  }
}
