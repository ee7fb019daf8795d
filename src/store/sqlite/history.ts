import type { Database } from 'better-sqlite3'
import { type Entry, type EntryKey, KIND_PARTS, keyText, type Part, STORED_PARTS } from '../../model/entry.ts'
import { compare } from '../../model/order.ts'
import type { EntriesQuery, EntryDiff, Gone, PartState, StoredEntry } from '../store.ts'
import { ALL_AT, NAMED_AT, ONLY_FROM, ONLY_TO, PART_AT } from './entry-queries.ts'
import type { Ledger } from './ledger.ts'

type Side = EntryKey & { readonly source: string; readonly digest: string; readonly body: string }

/** Questions about the content at a revision, now or then. */
export class History {
  readonly #ledger: Ledger
  readonly #statements

  constructor(db: Database, ledger: Ledger) {
    this.#ledger = ledger
    this.#statements = {
      partAt: db.prepare(PART_AT),
      allAt: db.prepare(ALL_AT),
      namedAt: db.prepare(NAMED_AT),
      onlyFrom: db.prepare(ONLY_FROM),
      onlyTo: db.prepare(ONLY_TO),
    }
  }

  part(source: string, part: Part, revision = this.#ledger.head()): PartState | Gone | null {
    const oldest = this.#ledger.floor(source, [part])
    if (revision < oldest) return { outcome: 'gone', oldest }
    const row = this.#ledger.partAt(source, part, revision)
    if (row === undefined) return null
    const entries = this.#statements.partAt.all({ source, part, revision }) as Entry[]
    return { entries, digest: row.digest, revision: row.since }
  }

  entries(query: EntriesQuery): StoredEntry[] | Gone {
    const { revision = this.#ledger.head(), kinds, namespace, name } = query
    const oldest = this.#ledger.floor(null, kinds ? kinds.map(kind => KIND_PARTS[kind]) : STORED_PARTS)
    if (revision < oldest) return { outcome: 'gone', oldest }
    const named = namespace !== undefined && name !== undefined
    return (named ? this.#statements.namedAt : this.#statements.allAt).all({
      revision,
      kinds: kinds === undefined ? null : JSON.stringify(kinds),
      namespace: namespace ?? null,
      name: name ?? null,
    }) as StoredEntry[]
  }

  diff(from: number, to: number, source?: string): EntryDiff[] | Gone {
    const oldest = this.#ledger.floor(source ?? null, STORED_PARTS)
    if (Math.min(from, to) < oldest) return { outcome: 'gone', oldest }
    const range = { from: Math.min(from, to), to: Math.max(from, to), source: source ?? null }
    const older = this.#statements.onlyFrom.all(range) as Side[]
    const newer = this.#statements.onlyTo.all(range) as Side[]
    return from <= to ? differences(older, newer) : differences(newer, older)
  }
}

/** Pairs both sides by key. What was changed and changed back is no difference. */
function differences(before: readonly Side[], after: readonly Side[]): EntryDiff[] {
  const text = (side: Side) => `${side.source}/${keyText(side)}`
  const olds = new Map(before.map(side => [text(side), side]))
  const diffs: EntryDiff[] = []
  for (const side of after) {
    const old = olds.get(text(side))
    olds.delete(text(side))
    if (old?.digest !== side.digest) diffs.push(difference(side, old?.body ?? null, side.body))
  }
  for (const old of olds.values()) diffs.push(difference(old, old.body, null))
  return diffs.sort(bySourceAndKey)
}

function difference(side: Side, before: string | null, after: string | null): EntryDiff {
  const { source, kind, namespace, name } = side
  return { source, kind, namespace, name, before, after }
}

function bySourceAndKey(a: EntryDiff, b: EntryDiff): number {
  return (
    compare(a.source, b.source) ||
    compare(a.kind, b.kind) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name)
  )
}
