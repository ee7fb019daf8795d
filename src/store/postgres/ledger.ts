import type { Entry, EntryKey, Part, StoredPart } from '../../model/entry.ts'
import type { Revision } from '../store.ts'
import { comingAndGoing, type PartChange } from '../versions/part-change.ts'
import type { OldEntry, PartRow, StandingEntry } from '../versions/rows.ts'
import type { Ledger } from '../versions/statements.ts'
import type { Queries } from './connect.ts'
import { closingOf, partAtKeys, standingOfKeys, standingOfPart } from './entry-queries.ts'
import { shareHistory } from './locks.ts'
import type { Send } from './sent-ahead.ts'
import { inSlices } from './slices.ts'

/** The statements that writing transactions are made of. */
export class PostgresLedger implements Ledger {
  readonly #sql: Queries
  readonly #send: Send

  constructor(sql: Queries, send: Send) {
    this.#sql = sql
    this.#send = send
  }

  async head(): Promise<number> {
    const [row] = await this.#sql<[{ revision: number }]>`select revision from head`
    return row.revision
  }

  async standingPart(source: string, part: StoredPart): Promise<PartRow | undefined> {
    const sql = this.#sql
    const [row] = await sql<PartRow[]>`
      select ${partRow(sql)} from part where source = ${source} and part = ${part} and until is null`
    return row
  }

  async partAt(source: string, part: StoredPart, revision: number): Promise<PartRow | undefined> {
    const sql = this.#sql
    const [row] = await sql<PartRow[]>`
      select ${partRow(sql)} from (
        select * from part where source = ${source} and part = ${part} and since <= ${revision}
        order by since desc limit 1) as newest
      where until is null or until > ${revision}`
    return row
  }

  async partsNowOrAt(source: string | null, revision: number): Promise<{ source: string; part: Part }[]> {
    const sql = this.#sql
    const ofSource = source === null ? sql`` : sql`and source = ${source}`
    return sql<{ source: string; part: Part }[]>`
      select source, part from part where part <> 'control' and until is null ${ofSource}
      union
      select source, part from part
      where part <> 'control' and until > ${revision} and since + 0 <= ${revision} ${ofSource}
      order by source, part`
  }

  async keepHistory(): Promise<void> {
    await shareHistory(this.#sql)
  }

  async floor(source: string | null, parts: readonly StoredPart[]): Promise<number> {
    const sql = this.#sql
    const [row] = await sql<[{ oldest: number }]>`
      select coalesce(max(revision), 0) as oldest from floor
      where part in ${sql(parts)} ${source === null ? sql`` : sql`and source = ${source}`}`
    return row.oldest
  }

  standingEntries(source: string, part: StoredPart): Promise<StandingEntry[]> {
    return rowsOf(standingOfPart(this.#sql, { source, part }))
  }

  standingOf(source: string, part: StoredPart, keys: readonly EntryKey[]): Promise<StandingEntry[]> {
    return rowsOf(standingOfKeys(this.#sql, source, part, keys))
  }

  entriesAt(source: string, part: StoredPart, revision: number): Promise<OldEntry[]> {
    return rowsOf(partAtKeys(this.#sql, { source, part, revision }))
  }

  /** By the database's clock. The row is locked until the transaction ends, so numbers go in the order of commits. */
  async nextRevision(): Promise<{ revision: number; createdAt: string }> {
    const [row] = await this.#sql<[{ revision: number; createdAt: string | Date }]>`
      update head set revision = revision + 1 returning revision, clock_timestamp()::timestamptz(3) as "createdAt"`
    return { revision: row.revision, createdAt: new Date(row.createdAt).toISOString() }
  }

  async writeEntries<New extends Entry | OldEntry>(
    source: string,
    part: StoredPart,
    change: PartChange<StandingEntry, New>,
    revision: number,
  ): Promise<void> {
    const sql = this.#sql
    const closed = comingAndGoing(change).going.map(({ id }) => id)
    await inSlices(
      closed,
      () => 1,
      ids => closingOf(sql, ids, revision),
      this.#send,
    )
    const opened = [
      ...change.updated.map(({ from, to }) => ({ created: from.created, entry: to })),
      ...change.added.map(entry => ({ created: revision, entry })),
    ]
    const copies: { id: number; created: number }[] = []
    const inserts: (Entry & { created: number })[] = []
    for (const { created, entry } of opened) {
      if ('id' in entry) copies.push({ id: entry.id, created })
      else inserts.push({ ...(entry as Entry), created })
    }
    await this.#insert(source, part, revision, inserts)
    await this.#copy(revision, copies)
  }

  async openPart(row: PartRow, changedAt: string): Promise<void> {
    const sql = this.#sql
    const { source, part, since, created, digest, entries, bodyDigest } = row
    // What is counted is closed by then: of one part two intervals cannot stand.
    await this.#send(sql`
      with closed as (${closingPart(sql, source, part, since)} returning 1)
      insert into part (source, part, since, created, digest, entries, body_digest, changed_at)
      select ${source}, ${part}, ${since}, ${created}, ${digest}, ${entries}, ${bodyDigest}, ${changedAt}
      from (select count(*) from closed) as done`)
  }

  async closePart(source: string, part: StoredPart, revision: number): Promise<void> {
    await this.#send(closingPart(this.#sql, source, part, revision))
  }

  async rememberBody({ source, part, since }: PartRow, bodyDigest: string): Promise<void> {
    await this.#send(this.#sql`
      update part set body_digest = ${bodyDigest}
      where source = ${source} and part = ${part} and since = ${since}`)
  }

  /** Others are told when the transaction commits. */
  async writeRevision({ changed, ...row }: Revision): Promise<void> {
    await this.#send(this.#sql`
      with written as (
        insert into revision
          (revision, source, part, cause, restored, digest, author, created_at, added, updated, removed)
        values (${row.revision}, ${row.source}, ${row.part}, ${row.cause}, ${row.restored}, ${row.digest},
          ${row.author}, ${row.createdAt}, ${changed.added}, ${changed.updated}, ${changed.removed})
        returning revision)
      select pg_notify(${CHANNEL}, revision::text) from written`)
  }

  async #insert(
    source: string,
    part: StoredPart,
    revision: number,
    entries: readonly (Entry & { readonly created: number })[],
  ): Promise<void> {
    const sql = this.#sql
    await inSlices(
      entries,
      ({ body }) => body.length,
      slice => sql`
        insert into entry (source, part, kind, namespace, name, since, created, digest, body)
        select ${source}, ${part}, kind, namespace, name, ${revision}, created, digest, body
        from json_to_recordset(${JSON.stringify(slice)}::text::json)
          as came (kind text, namespace text, name text, created bigint, digest text, body text)`,
      this.#send,
    )
  }

  async #copy(revision: number, copies: readonly { readonly id: number; readonly created: number }[]) {
    const sql = this.#sql
    await inSlices(
      copies,
      () => 1,
      slice => sql`
        insert into entry (source, part, kind, namespace, name, since, created, digest, body)
        select source, part, kind, namespace, name, ${revision}, copied.created, digest, body
        from json_to_recordset(${JSON.stringify(slice)}::text::json) as copied (id bigint, created bigint)
        join entry on entry.id = copied.id`,
      this.#send,
    )
  }
}

/** Of the notifications that a revision was written. */
export const CHANNEL = 'vicinity_revision'

const partRow = (sql: Queries) =>
  sql`source, part, since, created, digest, entries, body_digest as "bodyDigest"`

const closingPart = (sql: Queries, source: string, part: StoredPart, revision: number) =>
  sql`update part set until = ${revision} where source = ${source} and part = ${part} and until is null`

async function rowsOf<T>(query: PromiseLike<readonly unknown[]>): Promise<T[]> {
  return (await query) as T[]
}
