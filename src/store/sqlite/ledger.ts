import type { Database } from 'better-sqlite3'
import type { Entry, EntryKey, Part, StoredPart } from '../../model/entry.ts'
import type { Revision } from '../store.ts'
import { comingAndGoing, type PartChange } from '../versions/part-change.ts'
import type { OldEntry, PartRow, StandingEntry } from '../versions/rows.ts'
import type { Ledger } from '../versions/statements.ts'
import { PART_AT_KEYS, STANDING_OF_KEY, STANDING_OF_PART } from './entry-queries.ts'

const PART_ROW = 'source, part, since, created, digest, entries, body_digest as bodyDigest'

/** The statements that writing transactions are made of. */
export class SqliteLedger implements Ledger {
  readonly #statements

  constructor(db: Database) {
    this.#statements = statements(db)
  }

  async head(): Promise<number> {
    return this.#statements.head.get() as number
  }

  async standingPart(source: string, part: StoredPart): Promise<PartRow | undefined> {
    return this.#statements.standingPart.get({ source, part }) as PartRow | undefined
  }

  async partAt(source: string, part: StoredPart, revision: number): Promise<PartRow | undefined> {
    return this.#statements.partAt.get({ source, part, revision }) as PartRow | undefined
  }

  async partsNowOrAt(source: string | null, revision: number): Promise<{ source: string; part: Part }[]> {
    return this.#statements.partsNowOrAt.all({ source, revision }) as { source: string; part: Part }[]
  }

  /** A transaction is alone. */
  async keepHistory(): Promise<void> {}

  async floor(source: string | null, parts: readonly StoredPart[]): Promise<number> {
    const floors = this.#statements.floors.all({ source }) as { part: StoredPart; revision: number }[]
    return Math.max(0, ...floors.filter(floor => parts.includes(floor.part)).map(floor => floor.revision))
  }

  async standingEntries(source: string, part: StoredPart): Promise<StandingEntry[]> {
    return this.#statements.standingEntries.all({ source, part }) as StandingEntry[]
  }

  async standingOf(source: string, part: StoredPart, keys: readonly EntryKey[]): Promise<StandingEntry[]> {
    return keys.flatMap(({ kind, namespace, name }) => {
      const row = this.#statements.standingEntry.get({ source, part, kind, namespace, name })
      return row === undefined ? [] : { ...(row as StandingEntry), kind, namespace, name }
    })
  }

  async entriesAt(source: string, part: StoredPart, revision: number): Promise<OldEntry[]> {
    return this.#statements.entriesAt.all({ source, part, revision }) as OldEntry[]
  }

  async nextRevision(): Promise<{ revision: number; createdAt: string }> {
    return { revision: (await this.head()) + 1, createdAt: new Date().toISOString() }
  }

  async writeEntries<New extends Entry | OldEntry>(
    source: string,
    part: StoredPart,
    change: PartChange<StandingEntry, New>,
    revision: number,
  ): Promise<void> {
    const { close, insert, copy } = this.#statements
    const open = (entry: Entry | OldEntry, created: number) => {
      if ('id' in entry) copy.run(revision, created, entry.id)
      else {
        const { kind, namespace, name, digest, body } = entry
        insert.run(source, part, kind, namespace, name, revision, created, digest, body)
      }
    }
    for (const old of comingAndGoing(change).going) close.run(revision, old.id)
    for (const { from, to } of change.updated) open(to, from.created)
    for (const entry of change.added) open(entry, revision)
  }

  async openPart(row: PartRow, changedAt: string): Promise<void> {
    await this.closePart(row.source, row.part, row.since)
    this.#statements.openPart.run({ ...row, changedAt })
  }

  async closePart(source: string, part: StoredPart, revision: number): Promise<void> {
    this.#statements.closePart.run({ source, part, revision })
  }

  async rememberBody({ source, part, since }: PartRow, bodyDigest: string): Promise<void> {
    this.#statements.rememberBody.run({ source, part, since, bodyDigest })
  }

  async writeRevision({ changed, ...columns }: Revision): Promise<void> {
    this.#statements.writeRevision.run({ ...columns, ...changed })
  }
}

function statements(db: Database) {
  return {
    head: db.prepare('select coalesce(max(revision), 0) from revision').pluck(),
    standingPart: db.prepare(
      `select ${PART_ROW} from part where source = @source and part = @part and until is null`,
    ),
    partAt: db.prepare(
      `select * from (select ${PART_ROW}, until from part
                      where source = @source and part = @part and since <= @revision
                      order by since desc limit 1)
       where until is null or until > @revision`,
    ),
    partsNowOrAt: db.prepare(
      `select source, part from part
       where part <> 'control' and until is null and (@source is null or source = @source)
       union
       select source, part from part
       where part <> 'control' and until > @revision and since <= @revision
         and (@source is null or source = @source)
       order by source, part`,
    ),
    floors: db.prepare('select part, revision from floor where @source is null or source = @source'),
    standingEntries: db.prepare(STANDING_OF_PART),
    standingEntry: db.prepare(STANDING_OF_KEY),
    entriesAt: db.prepare(PART_AT_KEYS),
    close: db.prepare('update entry set until = ? where id = ?'),
    insert: db.prepare(
      `insert into entry (source, part, kind, namespace, name, since, created, digest, body)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    copy: db.prepare(
      `insert into entry (source, part, kind, namespace, name, since, created, digest, body)
       select source, part, kind, namespace, name, ?, ?, digest, body from entry where id = ?`,
    ),
    openPart: db.prepare(
      `insert into part (source, part, since, created, digest, entries, body_digest, changed_at)
       values (@source, @part, @since, @created, @digest, @entries, @bodyDigest, @changedAt)`,
    ),
    closePart: db.prepare(
      'update part set until = @revision where source = @source and part = @part and until is null',
    ),
    rememberBody: db.prepare(
      `update part set body_digest = @bodyDigest
       where source = @source and part = @part and since = @since`,
    ),
    writeRevision: db.prepare(
      `insert into revision (revision, source, part, cause, restored, digest, author, created_at, added, updated, removed)
       values (@revision, @source, @part, @cause, @restored, @digest, @author, @createdAt, @added, @updated, @removed)`,
    ),
  }
}
