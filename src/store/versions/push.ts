import { type Entry, type EntryKey, type Part, unpackEntries } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST } from '../../model/part-digest.ts'
import type { Fenced, Moved, PartWrite, Repeat, Write, WriteResult } from '../store.ts'
import { asPusher, fencedFrom, noteAccepted } from './fencing.ts'
import { counts, isEmpty, type PartChange, patching, replacing } from './part-change.ts'
import { digestAfter, digestOf, writePart } from './part-interval.ts'
import type { PartRow, StandingEntry } from './rows.ts'
import type { Database, Ledger, Statements } from './statements.ts'

/** One part of a write beside what stands. */
interface Looked {
  readonly write: PartWrite
  readonly standing: PartRow | undefined
  /** Of a patch. */
  readonly patched: Patched | undefined
}

interface Patched {
  readonly entries: readonly Entry[]
  readonly remove: readonly EntryKey[]
  /** Those of them that stand. */
  readonly concerned: readonly StandingEntry[]
}

/** `change` is null where the body's digest says that nothing changes. */
interface Plan extends Looked {
  readonly change: PartChange<StandingEntry, Entry> | null
}

type ChangingPlan = Plan & { readonly change: PartChange<StandingEntry, Entry> }

/** A push or a patch of one part or both, as one transaction. */
export function push(database: Database, write: Write): Promise<WriteResult | Moved | Fenced> {
  const look = (statements: Statements) =>
    Promise.all([
      fencedFrom(statements, write),
      Promise.all(write.parts.map(part => lookAt(statements.ledger, write.source, part))),
    ])
  return database.transaction({ source: write.source }, look, async (statements, [fenced, looked]) => {
    if (fenced) return fenced
    const result = await decide(statements.ledger, write, looked)
    const isAccepted = result.outcome === 'written' || result.outcome === 'unchanged'
    if (isAccepted && !write.dryRun) await noteAccepted(statements, write)
    return result
  })
}

/** A push of bytes that may stand already: undefined when they do not. */
export function repeat(database: Database, wanted: Repeat): Promise<WriteResult | Fenced | undefined> {
  return asPusher(database, wanted, (statements, fenced) => decideRepeat(statements, wanted, fenced))
}

async function decideRepeat(
  statements: Statements,
  wanted: Repeat,
  fenced: Fenced | undefined,
): Promise<WriteResult | Fenced | undefined> {
  const { source, parts, bodyDigest } = wanted
  const { ledger } = statements
  const rows = await Promise.all(parts.map(part => ledger.standingPart(source, part)))
  if (!rows.every(row => row?.bodyDigest === bodyDigest)) return undefined
  if (fenced) return fenced
  const digest = digestOf(part => rows[parts.indexOf(part)]?.digest, parts)
  if (digest === null || !isAllowed(wanted, digest)) return { outcome: 'conflict', digest }
  if (!wanted.dryRun) await noteAccepted(statements, wanted)
  return { outcome: 'unchanged', revision: Math.max(...rows.map(row => row?.since ?? 0)), digest }
}

/** All that is asked is asked at once. */
async function lookAt(ledger: Ledger, source: string, write: PartWrite): Promise<Looked> {
  const standing = ledger.standingPart(source, write.part)
  if (write.mode === 'replace') return { write, standing: await standing, patched: undefined }
  const { remove } = write
  const entries = unpackEntries(write.entries)
  const [row, concerned] = await Promise.all([
    standing,
    ledger.standingOf(source, write.part, [...entries, ...remove]),
  ])
  return { write, standing: row, patched: { entries, remove, concerned } }
}

async function decide(ledger: Ledger, write: Write, looked: readonly Looked[]): Promise<WriteResult | Moved> {
  // RFC 9110, 13.2.1: preconditions are ignored where the answer without them would be an error.
  if (looked.some(({ standing, patched }) => patched !== undefined && standing === undefined)) {
    return { outcome: 'unknown' }
  }
  const digests = new Map(looked.map(({ write, standing }) => [write.part, standing?.digest]))
  const digest = digestOf(part => digests.get(part), partsOf(write))
  if (!isAllowed(write, digest)) return { outcome: 'conflict', digest }

  const plans: Plan[] = []
  for (const one of looked) plans.push(await plan(ledger, write.source, one))
  const changing = plans.filter(changes)
  if (changing.length === 0) {
    if (!write.dryRun) for (const one of plans) await rememberBody(ledger, one)
    const since = Math.max(...plans.map(one => one.standing?.since ?? 0))
    return { outcome: 'unchanged', revision: since, digest: digest ?? EMPTY_PART_DIGEST }
  }
  const moved = changing.find(hasMoved)?.standing
  if (moved) return { outcome: 'moved', revision: moved.since }
  const nextDigests = new Map(plans.map(one => [one.write.part, nextDigest(one)]))
  const next = digestOf(part => nextDigests.get(part), partsOf(write)) ?? EMPTY_PART_DIGEST
  const changed = counts(changing.map(({ change }) => change))
  const revision = write.dryRun ? null : await append(ledger, write, plans, { digest: next, changed })
  return { outcome: 'written', revision, digest: next, changed }
}

function partsOf(write: Write): Part[] {
  return write.parts.map(({ part }) => part)
}

function isAllowed(write: Pick<Write, 'ifMatch' | 'ifNoneMatch'>, digest: string | null): boolean {
  if (write.ifNoneMatch && digest !== null) return false
  if (write.ifMatch === undefined) return true
  return digest !== null && (write.ifMatch.includes('*') || write.ifMatch.includes(digest))
}

async function plan(ledger: Ledger, source: string, looked: Looked): Promise<Plan> {
  const { write, standing, patched } = looked
  if (patched !== undefined) {
    return { ...looked, change: patching(patched.concerned, patched.entries, patched.remove) }
  }
  if (write.mode === 'replace' && standing?.bodyDigest === write.bodyDigest) {
    return { ...looked, change: null }
  }
  const standingEntries = await ledger.standingEntries(source, write.part)
  return { ...looked, change: replacing(standingEntries, unpackEntries(write.entries)) }
}

/** The first push of a part changes something even when it is empty: from then on the part is there. */
function changes(plan: Plan): plan is ChangingPlan {
  return plan.change !== null && (plan.standing === undefined || !isEmpty(plan.change))
}

/** Somebody else changed what the write was judged by. */
function hasMoved({ write, standing }: Plan): boolean {
  if (write.mode === 'patch' || write.unchangedSince === undefined || standing === undefined) return false
  return standing.since > write.unchangedSince
}

function nextDigest(plan: Plan): string | undefined {
  return changes(plan) ? digestAfter(plan) : plan.standing?.digest
}

async function rememberBody(ledger: Ledger, { write, standing, change }: Plan): Promise<void> {
  if (standing && change && write.mode === 'replace') await ledger.rememberBody(standing, write.bodyDigest)
}

async function append(
  ledger: Ledger,
  { source, author, parts }: Write,
  plans: readonly Plan[],
  outcome: Pick<Extract<WriteResult, { outcome: 'written' }>, 'digest' | 'changed'>,
): Promise<number> {
  const now = await ledger.nextRevision()
  for (const plan of plans) {
    const { write, standing } = plan
    const bodyDigest = write.mode === 'replace' ? write.bodyDigest : null
    if (!changes(plan)) await rememberBody(ledger, plan)
    else await writePart(ledger, { source, part: write.part, standing, change: plan.change, bodyDigest }, now)
  }
  await ledger.writeRevision({
    ...now,
    ...outcome,
    source,
    part: parts.length > 1 ? 'both' : (parts[0] as PartWrite).part,
    cause: parts.every(({ mode }) => mode === 'patch') ? 'patch' : 'push',
    restored: null,
    author,
  })
  return now.revision
}
