import { STORED_PARTS, type StoredPart } from '../../model/entry.ts'
import type { RetentionPolicy } from '../store.ts'
import type { Database, Place, Statements } from './statements.ts'

/** So many rows go in one transaction; other calls come in between two. */
const SLICE = 1_000

/** Where a run stands: which part, and the last row looked at. */
export interface RetentionCursor {
  readonly part: number
  readonly place: Place
}

export interface RetentionSlice {
  readonly deleted: number
  readonly next: RetentionCursor | null
}

const START: Place = { revision: 0, id: 0 }

/** Deletes closed entries, closed part intervals, revisions that nothing left was written by, and then old NACKs. */
export function retentionSlice(
  database: Database,
  policy: RetentionPolicy,
  { part: index, place }: RetentionCursor = { part: 0, place: START },
): Promise<RetentionSlice> {
  const part = STORED_PARTS[index]
  const look = async ({ pruning }: Statements) => part && pruning.lastBefore(ageOf(policy, part))
  return database.transaction('history', look, async (statements, cutoff) => {
    const { pruning } = statements
    if (part === undefined || cutoff === undefined) return deleteRevisions(statements, policy)
    const rows = await pruning.closedEntries(part, cutoff, place, SLICE)
    await pruning.raiseFloors(part, rows)
    await pruning.deleteEntries(rows)
    const last = rows.at(-1)
    if (last !== undefined && rows.length === SLICE) {
      return { deleted: rows.length, next: { part: index, place: { revision: last.until, id: last.id } } }
    }
    const parts = await pruning.closedParts(part, cutoff)
    await pruning.raiseFloors(part, parts)
    await pruning.deleteParts(parts)
    return { deleted: rows.length + parts.length, next: { part: index + 1, place: START } }
  })
}

function ageOf(policy: RetentionPolicy, part: StoredPart): number {
  return policy[part === 'control' ? 'topology' : part]
}

async function deleteRevisions(
  { pruning, ledger, nacks }: Statements,
  policy: RetentionPolicy,
): Promise<RetentionSlice> {
  const longest = Math.max(...Object.values(policy))
  const cutoffs = {
    topology: await pruning.lastBefore(policy.topology),
    routes: await pruning.lastBefore(policy.routes),
    both: await pruning.lastBefore(longest),
  }
  const deleted = await pruning.deleteRevisions(cutoffs, await ledger.head(), SLICE)
  if (deleted === SLICE) return { deleted, next: { part: STORED_PARTS.length, place: START } }
  return { deleted: deleted + (await nacks.deleteOlder(longest)), next: null }
}
