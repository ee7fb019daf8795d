import { PARTS, type Part } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest, snapshotDigest } from '../../model/part-digest.ts'
import type { Cause, Fenced, Gone, RemovalOptions, Restore, WriteResult } from '../store.ts'
import { fencedFrom } from './fencing.ts'
import { counts, type PartChange, replacing } from './part-change.ts'
import { writePart } from './part-interval.ts'
import type { OldEntry, PartRow, StandingEntry } from './rows.ts'
import type { Database, Ledger, Statements } from './statements.ts'

/** A part of a source that is to become what it was at some revision: nothing, when it was not there then. */
interface Target {
  readonly source: string
  readonly part: Part
  readonly standing: PartRow | undefined
  readonly then: PartRow | undefined
  /** null: it is that already. */
  readonly change: PartChange<StandingEntry, OldEntry> | null
}

/** Makes the parts asked for what they were at an old revision. */
export function restore(database: Database, restore: Restore): Promise<WriteResult | Gone> {
  const { revision, parts, author, dryRun = false } = restore
  const source = restore.source ?? null
  const lock = source === null ? 'every source' : { source }
  const look = async ({ ledger }: Statements) => {
    // The old rows are read, and then copied.
    const [, oldest] = await Promise.all([ledger.keepHistory(), ledger.floor(source, parts)])
    return oldest
  }
  return database.transaction(lock, look, async ({ ledger }, oldest) => {
    if (revision < oldest) return { outcome: 'gone', oldest }
    if (revision < 1 || revision > (await ledger.head())) return { outcome: 'unknown' }
    const all = await ledger.partsNowOrAt(source, revision)
    const targets: Target[] = []
    for (const one of all) if (parts.includes(one.part)) targets.push(await target(ledger, one, revision))
    if (targets.length === 0) return { outcome: 'unknown' }
    return bringBack(ledger, targets, { source, parts, author, cause: 'restore', restored: revision }, dryRun)
  })
}

/** Removes all that a source pushed. */
export function removeSource(
  database: Database,
  source: string,
  author: string,
  { epoch, dryRun = false }: RemovalOptions = {},
): Promise<WriteResult | Fenced> {
  const look = (statements: Statements) => fencedFrom(statements, { source, epoch })
  return database.transaction({ source }, look, async (statements, fenced) => {
    if (fenced) return fenced
    const { ledger, hearings, fences } = statements
    const targets: Target[] = []
    for (const part of PARTS) {
      // Before revision 1 nothing was there.
      const one = await target(ledger, { source, part }, 0)
      if (one.standing !== undefined) targets.push(one)
    }
    if (targets.length === 0) return { outcome: 'unknown' }
    if (!dryRun) {
      await hearings.forget(source)
      await fences.forget(source)
    }
    const act = { source, parts: PARTS, author, cause: 'delete', restored: null } as const
    return bringBack(ledger, targets, act, dryRun)
  })
}

async function target(
  ledger: Ledger,
  { source, part }: { readonly source: string; readonly part: Part },
  revision: number,
): Promise<Target> {
  const then = await ledger.partAt(source, part, revision)
  const standing = await ledger.standingPart(source, part)
  if (then?.digest === standing?.digest) return { source, part, standing, then, change: null }
  const wanted = then === undefined ? [] : await ledger.entriesAt(source, part, revision)
  const change = replacing(await ledger.standingEntries(source, part), wanted)
  return { source, part, standing, then, change }
}

interface Act {
  readonly source: string | null
  readonly parts: readonly Part[]
  readonly author: string
  readonly cause: Cause
  readonly restored: number | null
}

async function bringBack(
  ledger: Ledger,
  targets: readonly Target[],
  act: Act,
  dryRun: boolean,
): Promise<WriteResult> {
  const { source, parts, ...rest } = act
  const digest = digestThen(source, parts, targets)
  const changes = targets.flatMap(({ change }) => change ?? [])
  if (changes.length === 0) {
    const newest = Math.max(...targets.map(({ standing }) => standing?.since ?? 0))
    return { outcome: 'unchanged', revision: newest, digest }
  }
  const changed = counts(changes)
  if (dryRun) return { outcome: 'written', revision: null, digest, changed }
  const now = await ledger.nextRevision()
  for (const { source, part, standing, then, change } of targets) {
    if (change === null) continue
    if (then !== undefined) {
      await writePart(ledger, { source, part, standing, change, bodyDigest: null }, now)
      continue
    }
    await ledger.writeEntries(source, part, change, now.revision)
    await ledger.closePart(source, part, now.revision)
  }
  await ledger.writeRevision({
    ...now,
    ...rest,
    source,
    part: parts.length > 1 ? 'both' : (parts[0] as Part),
    digest: source === null ? null : digest,
    changed,
  })
  return { outcome: 'written', revision: now.revision, digest, changed }
}

/** Of one source: of the part, or of both. Of all sources: of all their entries together. */
function digestThen(source: string | null, parts: readonly Part[], targets: readonly Target[]): string {
  if (source === null) {
    const digests = targets.flatMap(({ then }) => then?.digest ?? [])
    return nextPartDigest(EMPTY_PART_DIGEST, digests)
  }
  const digest = (part: Part) => targets.find(one => one.part === part)?.then?.digest ?? EMPTY_PART_DIGEST
  if (parts.length > 1) return snapshotDigest(digest('topology'), digest('routes'))
  return digest(parts[0] as Part)
}
