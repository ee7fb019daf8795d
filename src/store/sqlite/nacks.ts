import type { Database } from 'better-sqlite3'
import type { Nack } from '../../model/nacks.ts'
import { NACKS_KEPT, type NacksQuery } from '../nacks.ts'
import type { NackRows } from '../versions/statements.ts'

type Row = Omit<Nack, 'resources'> & { readonly resources: string }

export class SqliteNacks implements NackRows {
  readonly #db: Database
  readonly #statements

  constructor(db: Database) {
    this.#db = db
    this.#statements = statements(db)
  }

  async note(nacks: readonly Nack[]): Promise<void> {
    this.#db.transaction(() => {
      for (const nack of nacks)
        this.#statements.note.run({ ...nack, resources: JSON.stringify(nack.resources) })
      this.#statements.trim.run(NACKS_KEPT)
    })()
  }

  async list({ limit, after, ...wanted }: NacksQuery): Promise<{ items: Nack[]; total: number }> {
    const { gateway = null, node = null, typeUrl = null, revision = null } = wanted
    const matching = { gateway, node, typeUrl, revision }
    const { lastAt = null, key = null } = after ?? {}
    const rows = this.#statements.list.all({ ...matching, lastAt, key, limit }) as Row[]
    return {
      items: rows.map(row => ({ ...row, resources: JSON.parse(row.resources) })),
      total: this.#statements.count.get(matching) as number,
    }
  }

  async deleteOlder(age: number): Promise<number> {
    const time = Date.now() - age
    return Number.isFinite(time) ? this.#statements.deleteBefore.run(new Date(time).toISOString()).changes : 0
  }
}

const MATCHING = `(@gateway is null or gateway = @gateway) and (@node is null or node = @node)
  and (@typeUrl is null or type_url = @typeUrl) and (@revision is null or revision = @revision)`

function statements(db: Database) {
  return {
    note: db.prepare(
      `insert into nack (key, gateway, node, proxy, type_url, resources, revision, detail, first_at, last_at, count)
       values (@key, @gateway, @node, @proxy, @typeUrl, @resources, @revision, @detail, @firstAt, @lastAt, @count)
       on conflict (key) do update set proxy = excluded.proxy, detail = excluded.detail,
         last_at = max(last_at, excluded.last_at), count = count + excluded.count`,
    ),
    trim: db.prepare(
      'delete from nack where key in (select key from nack order by last_at desc, key desc limit -1 offset ?)',
    ),
    list: db.prepare(
      `select key, gateway, node, proxy, type_url as typeUrl, resources, revision, detail,
         first_at as firstAt, last_at as lastAt, count
       from nack where ${MATCHING} and (@key is null or (last_at, key) < (@lastAt, @key))
       order by last_at desc, key desc limit @limit`,
    ),
    count: db.prepare(`select count(*) from nack where ${MATCHING}`).pluck(),
    deleteBefore: db.prepare('delete from nack where last_at < ?'),
  }
}
