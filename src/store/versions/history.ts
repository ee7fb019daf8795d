import { KIND_PARTS, keyText, type Part, STORED_PARTS } from '../../model/entry.ts'
import { compare } from '../../model/order.ts'
import type { EntriesQuery, EntryDiff, Gone, PartState, StoredEntry } from '../store.ts'
import type { Side } from './rows.ts'
import type { Database, Ledger } from './statements.ts'

/*
 * Questions about the content at a revision, now or then. Whether retention has taken what they need is looked at after
 * they were answered: what it took before is then seen for certain.
 */

export async function partAt(
  { statements: { ledger, archive } }: Database,
  source: string,
  part: Part,
  asOf?: number,
): Promise<PartState | Gone | null> {
  const revision = await known(ledger, asOf)
  const row = await ledger.partAt(source, part, revision)
  const entries = row === undefined ? [] : await archive.part(source, part, revision)
  const oldest = await ledger.floor(source, [part])
  if (revision < oldest) return { outcome: 'gone', oldest }
  return row === undefined ? null : { entries, digest: row.digest, revision: row.since }
}

export async function entriesAt(
  { statements: { ledger, archive } }: Database,
  query: EntriesQuery,
): Promise<StoredEntry[] | Gone> {
  const { revision = await ledger.head(), kinds } = query
  const entries = await archive.entries({ ...query, revision })
  const parts = kinds ? kinds.map(kind => KIND_PARTS[kind]) : STORED_PARTS
  const oldest = await ledger.floor(null, parts)
  return revision < oldest ? { outcome: 'gone', oldest } : entries
}

/** No revision beyond the head, where the next statement may see more than the one before. */
async function known(ledger: Ledger, asOf = Number.POSITIVE_INFINITY): Promise<number> {
  return Math.min(asOf, await ledger.head())
}

/** What differs between two revisions, sorted by source, kind, namespace, name. */
export async function diff(
  { statements: { ledger, archive } }: Database,
  from: number,
  to: number,
  source?: string,
): Promise<EntryDiff[] | Gone> {
  const latest = await known(ledger, Math.max(from, to))
  const range = { from: Math.min(from, to), to: latest, source: source ?? null }
  const older = await archive.onlyFrom(range)
  const newer = await archive.onlyTo(range)
  const oldest = await ledger.floor(source ?? null, STORED_PARTS)
  if (range.from < oldest) return { outcome: 'gone', oldest }
  return from <= to ? differences(older, newer) : differences(newer, older)
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
