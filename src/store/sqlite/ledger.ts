import type { Database } from 'better-sqlite3'
import type { Entry, EntryKey, Part, StoredPart } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest } from '../../model/part-digest.ts'
import type { Digested, PartChange } from '../part-change.ts'
import type { ChangeCounts, Revision } from '../store.ts'
import { PART_AT_KEYS, STANDING_OF_KEY, STANDING_OF_PART } from './entry-queries.ts'

/** An entry that stands, without its body. */
export interface StandingEntry extends Digested {
  readonly id: number
  readonly since: number
  readonly created: number
}

/** An entry of an old revision, to be brought back by its id. */
export interface OldEntry extends Digested {
  readonly id: number
}

/** A part as of some revision: the interval in which its content did not change. */
export interface PartRow {
  readonly source: string
  readonly part: StoredPart
  readonly since: number
  readonly created: number
  readonly digest: string
  readonly entries: number
  readonly bodyDigest: string | null
}

/** What one write makes of one part: its new row, or that it is there no more. */
interface NextPart {
  readonly source: string
  readonly part: StoredPart
  readonly standing: PartRow | undefined
  readonly change: PartChange<StandingEntry, Digested>
  readonly bodyDigest: string | null
}

const PART_ROW = 'source, part, since, created, digest, entries, body_digest as bodyDigest'

/** The statements that every writing transaction is made of. Nothing here decides; push and restore do. */
export class Ledger {
  readonly #db: Database
  readonly #statements

  constructor(db: Database) {
    this.#db = db
    this.#statements = statements(db)
  }

  /** All of `act` or nothing; with `dryRun` nothing in any case. */
  transaction<T>(dryRun: boolean, act: () => T): T {
    this.#db.exec('begin immediate')
    try {
      const result = act()
      this.#db.exec(dryRun ? 'rollback' : 'commit')
      return result
    } finally {
      if (this.#db.inTransaction) this.#db.exec('rollback')
    }
  }

  head(): number {
    return this.#statements.head.get() as number
  }

  standingPart(source: string, part: StoredPart): PartRow | undefined {
    return this.#statements.standingPart.get({ source, part }) as PartRow | undefined
  }

  partAt(source: string, part: StoredPart, revision: number): PartRow | undefined {
    return this.#statements.partAt.get({ source, part, revision }) as PartRow | undefined
  }

  /** Pushed parts that stand now or stood at `revision`, of one source or (null) of all. */
  partsNowOrAt(source: string | null, revision: number): { source: string; part: Part }[] {
    return this.#statements.partsNowOrAt.all({ source, revision }) as { source: string; part: Part }[]
  }

  /** The oldest revision at which these parts can still be read. */
  floor(source: string | null, parts: readonly StoredPart[]): number {
    const floors = this.#statements.floors.all({ source }) as { part: StoredPart; revision: number }[]
    return Math.max(0, ...floors.filter(floor => parts.includes(floor.part)).map(floor => floor.revision))
  }

  standingEntries(source: string, part: StoredPart): StandingEntry[] {
    return this.#statements.standingEntries.all({ source, part }) as StandingEntry[]
  }

  standingEntry(source: string, part: StoredPart, key: EntryKey): StandingEntry | undefined {
    const { kind, namespace, name } = key
    const row = this.#statements.standingEntry.get({ source, part, kind, namespace, name })
    return row === undefined ? undefined : { ...(row as StandingEntry), kind, namespace, name }
  }

  entriesAt(source: string, part: StoredPart, revision: number): OldEntry[] {
    return this.#statements.entriesAt.all({ source, part, revision }) as OldEntry[]
  }

  /** Closes what goes or is replaced and writes what comes: a pushed entry, or a copy of an old row. */
  writeEntries<New extends Entry | OldEntry>(
    source: string,
    part: StoredPart,
    change: PartChange<StandingEntry, New>,
    revision: number,
  ): void {
    const { close, insert, copy } = this.#statements
    const open = (entry: Entry | OldEntry, created: number) => {
      if ('id' in entry) copy.run(revision, created, entry.id)
      else {
        const { kind, namespace, name, digest, body } = entry
        insert.run(source, part, kind, namespace, name, revision, created, digest, body)
      }
    }
    for (const old of change.removed) close.run(revision, old.id)
    for (const { from } of change.updated) close.run(revision, from.id)
    for (const { from, to } of change.updated) open(to, from.created)
    for (const entry of change.added) open(entry, revision)
  }

  /** Opens the part's next interval; returns its digest. */
  writePart(next: NextPart, revision: number, now: string): string {
    const { source, part, standing, change, bodyDigest } = next
    const came = [...change.added, ...change.updated.map(({ to }) => to)].map(entry => entry.digest)
    const went = [...change.removed, ...change.updated.map(({ from }) => from)].map(entry => entry.digest)
    const digest = nextPartDigest(standing?.digest ?? EMPTY_PART_DIGEST, came, went)
    const entries = (standing?.entries ?? 0) + change.added.length - change.removed.length
    const created = standing?.created ?? revision
    this.closePart(source, part, revision)
    this.#statements.openPart.run(source, part, revision, created, digest, entries, bodyDigest, now)
    return digest
  }

  closePart(source: string, part: StoredPart, revision: number): void {
    this.#statements.closePart.run({ source, part, revision })
  }

  rememberBody(standing: PartRow, bodyDigest: string): void {
    const { source, part, since } = standing
    this.#statements.rememberBody.run({ source, part, since, bodyDigest })
  }

  writeRevision(row: Revision): void {
    const { changed, ...columns } = row
    this.#statements.writeRevision.run({ ...columns, ...changed })
  }
}

export function counts(changes: readonly PartChange<Digested, Digested>[]): ChangeCounts {
  const sum = (lengths: number[]) => lengths.reduce((total, length) => total + length, 0)
  return {
    added: sum(changes.map(change => change.added.length)),
    updated: sum(changes.map(change => change.updated.length)),
    removed: sum(changes.map(change => change.removed.length)),
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
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
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
