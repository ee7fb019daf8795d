import { type Entry, type Part, unpackEntries } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, snapshotDigest } from '../../model/part-digest.ts'
import { isEmpty, type PartChange, patching, replacing } from '../part-change.ts'
import type { PartWrite, Repeat, Write, WriteResult } from '../store.ts'
import type { LastHeard } from './last-heard.ts'
import { counts, type Ledger, type PartRow, type StandingEntry } from './ledger.ts'

/** One part of a write beside what stands; `change` is null where the body's digest says that nothing changes. */
interface Plan {
  readonly write: PartWrite
  readonly standing: PartRow | undefined
  readonly change: PartChange<StandingEntry, Entry> | null
}

/** A push or a patch of one part or both, as one transaction. */
export function push(ledger: Ledger, lastHeard: LastHeard, write: Write): WriteResult {
  return ledger.transaction(write.dryRun ?? false, () => {
    const result = decide(ledger, write)
    if (result.outcome === 'written' || result.outcome === 'unchanged') lastHeard.note(write.source)
    return result
  })
}

/** A push of bytes that may stand already: undefined when they do not. */
export function repeat(
  ledger: Ledger,
  lastHeard: LastHeard,
  { source, parts, bodyDigest, dryRun, ...conditions }: Repeat,
): WriteResult | undefined {
  const rows = parts.map(part => ledger.standingPart(source, part))
  if (!rows.every(row => row?.bodyDigest === bodyDigest)) return undefined
  const digest = digestOf(
    part => rows[parts.indexOf(part)]?.digest,
    parts.map(part => ({ part })),
  )
  if (digest === null || !allowed(conditions, digest)) return { outcome: 'conflict', digest }
  if (!dryRun) lastHeard.note(source)
  return { outcome: 'unchanged', revision: Math.max(...rows.map(row => row?.since ?? 0)), digest }
}

function decide(ledger: Ledger, write: Write): WriteResult {
  const standing = new Map(write.parts.map(({ part }) => [part, ledger.standingPart(write.source, part)]))
  // RFC 9110, 13.2.1: preconditions are ignored where the answer without them would be an error.
  if (write.parts.some(({ part, mode }) => mode === 'patch' && standing.get(part) === undefined)) {
    return { outcome: 'unknown' }
  }
  const digest = digestOf(part => standing.get(part)?.digest, write.parts)
  if (!allowed(write, digest)) return { outcome: 'conflict', digest }

  const plans = write.parts.map(part => plan(ledger, write.source, part, standing.get(part.part)))
  const changing = plans.filter(changes)
  for (const one of plans) if (!changes(one)) rememberBody(ledger, one)
  if (changing.length > 0) return append(ledger, write, plans, changing)
  const since = Math.max(...plans.map(one => one.standing?.since ?? 0))
  return { outcome: 'unchanged', revision: since, digest: digest ?? EMPTY_PART_DIGEST }
}

function allowed(write: Pick<Write, 'ifMatch' | 'ifNoneMatch'>, digest: string | null): boolean {
  if (write.ifNoneMatch && digest !== null) return false
  if (write.ifMatch === undefined) return true
  return digest !== null && (write.ifMatch.includes('*') || write.ifMatch.includes(digest))
}

function plan(ledger: Ledger, source: string, write: PartWrite, standing: PartRow | undefined): Plan {
  if (write.mode === 'replace') {
    if (standing?.bodyDigest === write.bodyDigest) return { write, standing, change: null }
    const entries = unpackEntries(write.entries)
    return { write, standing, change: replacing(ledger.standingEntries(source, write.part), entries) }
  }
  const entries = unpackEntries(write.entries)
  const find = (key: Parameters<Ledger['standingEntry']>[2]) => ledger.standingEntry(source, write.part, key)
  return { write, standing, change: patching(find, entries, write.remove) }
}

/** The first push of a part changes something even when it is empty: from then on the part is there. */
function changes(plan: Plan): plan is Plan & { change: PartChange<StandingEntry, Entry> } {
  return plan.change !== null && (plan.standing === undefined || !isEmpty(plan.change))
}

function rememberBody(ledger: Ledger, { write, standing, change }: Plan): void {
  if (standing && change && write.mode === 'replace') ledger.rememberBody(standing, write.bodyDigest)
}

function append(
  ledger: Ledger,
  write: Write,
  plans: readonly Plan[],
  changing: readonly (Plan & { change: PartChange<StandingEntry, Entry> })[],
): WriteResult {
  const { source, author, parts } = write
  const revision = ledger.head() + 1
  const createdAt = new Date().toISOString()
  const digests = new Map(plans.map(({ write, standing }) => [write.part, standing?.digest]))
  for (const { write, standing, change } of changing) {
    const { part } = write
    const bodyDigest = write.mode === 'replace' ? write.bodyDigest : null
    ledger.writeEntries(source, part, change, revision)
    digests.set(part, ledger.writePart({ source, part, standing, change, bodyDigest }, revision, createdAt))
  }
  const changed = counts(changing.map(({ change }) => change))
  const digest = digestOf(part => digests.get(part), parts) ?? EMPTY_PART_DIGEST
  ledger.writeRevision({
    revision,
    source,
    part: parts.length > 1 ? 'both' : (parts[0] as PartWrite).part,
    cause: parts.every(({ mode }) => mode === 'patch') ? 'patch' : 'push',
    restored: null,
    digest,
    author,
    createdAt,
    changed,
  })
  return { outcome: 'written', revision: write.dryRun ? null : revision, digest, changed }
}

/** The digest of what a write is about: of its part, or of both; null when nothing of it was ever pushed. */
function digestOf(
  digest: (part: Part) => string | undefined,
  parts: readonly { readonly part: Part }[],
): string | null {
  const [first] = parts
  if (parts.length === 1 && first) return digest(first.part) ?? null
  const topology = digest('topology')
  const routes = digest('routes')
  if (topology === undefined && routes === undefined) return null
  return snapshotDigest(topology ?? EMPTY_PART_DIGEST, routes ?? EMPTY_PART_DIGEST)
}
