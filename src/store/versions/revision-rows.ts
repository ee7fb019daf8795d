import type { Position } from '../../model/change.ts'
import type { Part, StoredPart } from '../../model/entry.ts'
import type { ChangeCounts, Revision, SourceState } from '../store.ts'

type RevisionRow = Omit<Revision, 'changed'> & ChangeCounts

export function toRevision({ added, updated, removed, ...row }: RevisionRow): Revision {
  return { ...row, changed: { added, updated, removed } }
}

/** undefined: nothing was ever written. Another revision of the same number has another time, or other content. */
export function toPosition(
  row: Pick<RevisionRow, 'revision' | 'source' | 'digest' | 'createdAt'> | undefined,
): Position {
  if (row === undefined) return { revision: 0, stamp: '' }
  return { revision: row.revision, stamp: `${row.createdAt} ${row.source ?? ''} ${row.digest ?? ''}` }
}

interface StandingPart {
  readonly source: string
  readonly part: StoredPart
  readonly since: number
  readonly created: number
  readonly digest: string
  readonly entries: number
  readonly changedAt: string
}

/** `rows`: the pushed parts that stand, those of one source side by side. */
export function sourceStates(rows: readonly StandingPart[]): SourceState[] {
  const groups = new Map<string, StandingPart[]>()
  for (const row of rows) groups.set(row.source, [...(groups.get(row.source) ?? []), row])
  return Array.from(groups, ([source, parts]) => ({
    source,
    created: Math.min(...parts.map(({ created }) => created)),
    parts: parts.map(row => ({
      part: row.part as Part,
      digest: row.digest,
      revision: row.since,
      entries: row.entries,
      changedAt: row.changedAt,
    })),
  }))
}
