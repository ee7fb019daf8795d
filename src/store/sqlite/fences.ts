import type { Database } from 'better-sqlite3'
import type { Fences } from '../versions/statements.ts'

export class SqliteFences implements Fences {
  readonly #statements

  constructor(db: Database) {
    this.#statements = statements(db)
  }

  async newest(source: string): Promise<number | undefined> {
    return this.#statements.newest.get(source) as number | undefined
  }

  async raise(source: string, epoch: number): Promise<void> {
    this.#statements.raise.run(source, epoch)
  }

  async forget(source: string): Promise<void> {
    this.#statements.forget.run(source)
  }
}

function statements(db: Database) {
  return {
    newest: db.prepare('select epoch from fence where source = ?').pluck(),
    raise: db.prepare(
      `insert into fence (source, epoch) values (?, ?)
       on conflict (source) do update set epoch = excluded.epoch where epoch < excluded.epoch`,
    ),
    forget: db.prepare('delete from fence where source = ?'),
  }
}
