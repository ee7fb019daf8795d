import type { Entry, Part, StoredPart } from '../../model/entry.ts'
import { EMPTY_PART_DIGEST, nextPartDigest, snapshotDigest } from '../../model/part-digest.ts'
import { comingAndGoing, type PartChange } from './part-change.ts'
import type { OldEntry, PartRow, StandingEntry } from './rows.ts'
import type { Ledger } from './statements.ts'

/** What one write makes of one part. */
export interface NextPart {
  readonly source: string
  readonly part: StoredPart
  readonly standing: PartRow | undefined
  readonly change: PartChange<StandingEntry, Entry | OldEntry>
  readonly bodyDigest: string | null
}

/** The digest of the part after the change, before anything is written. */
export function digestAfter({ standing, change }: Pick<NextPart, 'standing' | 'change'>): string {
  const { coming, going } = comingAndGoing(change)
  const digests = (entries: readonly { readonly digest: string }[]) => entries.map(({ digest }) => digest)
  return nextPartDigest(standing?.digest ?? EMPTY_PART_DIGEST, digests(coming), digests(going))
}

/** Writes the entries of a change, and the interval of the part that begins with it. */
export async function writePart(
  ledger: Ledger,
  next: NextPart,
  { revision, createdAt }: { readonly revision: number; readonly createdAt: string },
): Promise<void> {
  const { source, part, standing, change, bodyDigest } = next
  await ledger.writeEntries(source, part, change, revision)
  const row: PartRow = {
    source,
    part,
    since: revision,
    created: standing?.created ?? revision,
    digest: digestAfter(next),
    entries: (standing?.entries ?? 0) + change.added.length - change.removed.length,
    bodyDigest,
  }
  await ledger.openPart(row, createdAt)
}

/** The digest of what a write is about: of its part, or of both; null when nothing of it was ever pushed. */
export function digestOf(digest: (part: Part) => string | undefined, parts: readonly Part[]): string | null {
  const [first] = parts
  if (parts.length === 1 && first) return digest(first) ?? null
  const topology = digest('topology')
  const routes = digest('routes')
  if (topology === undefined && routes === undefined) return null
  return snapshotDigest(topology ?? EMPTY_PART_DIGEST, routes ?? EMPTY_PART_DIGEST)
}
