import type { Fences } from '../versions/statements.ts'
import type { Queries } from './connect.ts'
import type { Send } from './sent-ahead.ts'

export class PostgresFences implements Fences {
  readonly #sql: Queries
  readonly #send: Send

  constructor(sql: Queries, send: Send) {
    this.#sql = sql
    this.#send = send
  }

  async newest(source: string): Promise<number | undefined> {
    const [row] = await this.#sql<{ epoch: number }[]>`select epoch from fence where source = ${source}`
    return row?.epoch
  }

  async raise(source: string, epoch: number): Promise<void> {
    await this.#send(this.#sql`
      insert into fence (source, epoch) values (${source}, ${epoch})
      on conflict (source) do update set epoch = excluded.epoch where fence.epoch < excluded.epoch`)
  }

  async forget(source: string): Promise<void> {
    await this.#send(this.#sql`delete from fence where source = ${source}`)
  }
}
