import { PARTS, type Part } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest, snapshotDigest } from '../../model/part-digest.ts'
import { type PartChange, replacing } from '../part-change.ts'
import type { Cause, ChangeCounts, Gone, Restore, WriteResult } from '../store.ts'
import type { LastHeard } from './last-heard.ts'
import { counts, type Ledger, type OldEntry, type StandingEntry } from './ledger.ts'

/** A part of a source that is to become what it was at some revision: nothing, when it was not there then. */
interface Target {
  readonly source: string
  readonly part: Part
  readonly revision: number
}

/** Makes the parts asked for what they were at an old revision. */
export function restore(ledger: Ledger, restore: Restore): WriteResult | Gone {
  const { revision, parts, author } = restore
  const source = restore.source ?? null
  return ledger.transaction(restore.dryRun ?? false, () => {
    const oldest = ledger.floor(source, parts)
    if (revision < oldest) return { outcome: 'gone', oldest }
    if (revision < 1 || revision > ledger.head()) return { outcome: 'unknown' }
    const targets = ledger.partsNowOrAt(source, revision).filter(({ part }) => parts.includes(part))
    if (targets.length === 0) return { outcome: 'unknown' }
    const written = bringBack(
      ledger,
      targets.map(target => ({ ...target, revision })),
    )
    const digest = digestNow(ledger, source, parts)
    if (written === null) return { outcome: 'unchanged', revision: newest(ledger, targets), digest }
    record(ledger, { source, parts, author, cause: 'restore', restored: revision, digest, changed: written })
    return result(restore.dryRun ? null : ledger.head(), digest, written)
  })
}

/** Removes all that a source pushed. */
export function removeSource(
  ledger: Ledger,
  lastHeard: LastHeard,
  source: string,
  author: string,
): WriteResult {
  return ledger.transaction(false, () => {
    const targets = PARTS.filter(part => ledger.standingPart(source, part) !== undefined)
    // Before revision 1 nothing was there.
    const written = bringBack(
      ledger,
      targets.map(part => ({ source, part, revision: 0 })),
    )
    if (written === null) return { outcome: 'unknown' }
    lastHeard.forget(source)
    const digest = digestNow(ledger, source, PARTS)
    record(ledger, {
      source,
      parts: PARTS,
      author,
      cause: 'delete',
      restored: null,
      digest,
      changed: written,
    })
    return result(ledger.head(), digest, written)
  })
}

function result(revision: number | null, digest: string, changed: ChangeCounts): WriteResult {
  return { outcome: 'written', revision, digest, changed }
}

/** Returns what changed; null when everything stood already. */
function bringBack(ledger: Ledger, targets: readonly Target[]): ChangeCounts | null {
  const next = ledger.head() + 1
  const now = new Date().toISOString()
  const changes: PartChange<StandingEntry, OldEntry>[] = []
  for (const { source, part, revision } of targets) {
    const then = ledger.partAt(source, part, revision)
    const standing = ledger.standingPart(source, part)
    if (then?.digest === standing?.digest) continue
    const wanted = then === undefined ? [] : ledger.entriesAt(source, part, revision)
    const change = replacing(ledger.standingEntries(source, part), wanted)
    ledger.writeEntries(source, part, change, next)
    if (then === undefined) ledger.closePart(source, part, next)
    else ledger.writePart({ source, part, standing, change, bodyDigest: null }, next, now)
    changes.push(change)
  }
  return changes.length === 0 ? null : counts(changes)
}

/** Of one source: of the part, or of both. Of all sources: of all their entries together. */
function digestNow(ledger: Ledger, source: string | null, parts: readonly Part[]): string {
  if (source === null) {
    const all = ledger.partsNowOrAt(null, ledger.head()).filter(({ part }) => parts.includes(part))
    return nextPartDigest(
      EMPTY_PART_DIGEST,
      all.map(one => ledger.standingPart(one.source, one.part)?.digest ?? EMPTY_PART_DIGEST),
    )
  }
  const digest = (part: Part) => ledger.standingPart(source, part)?.digest ?? EMPTY_PART_DIGEST
  if (parts.length > 1) return snapshotDigest(digest('topology'), digest('routes'))
  return digest(parts[0] as Part)
}

function newest(ledger: Ledger, targets: readonly { source: string; part: Part }[]): number {
  return Math.max(...targets.map(({ source, part }) => ledger.standingPart(source, part)?.since ?? 0))
}

interface Act {
  readonly source: string | null
  readonly parts: readonly Part[]
  readonly author: string
  readonly cause: Cause
  readonly restored: number | null
  readonly digest: string
  readonly changed: ChangeCounts
}

/** Comes last in the transaction: the row that makes it a revision. */
function record(ledger: Ledger, { source, parts, digest, ...act }: Act): void {
  ledger.writeRevision({
    revision: ledger.head() + 1,
    source,
    part: parts.length > 1 ? 'both' : (parts[0] as Part),
    digest: source === null ? null : digest,
    createdAt: new Date().toISOString(),
    ...act,
  })
}
