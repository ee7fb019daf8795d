import { EMPTY_PART_DIGEST } from '../../model/part-digest.ts'
import type { ControlResult, ControlWrite } from '../store.ts'
import { counts, isEmpty, patching } from './part-change.ts'
import { digestAfter, writePart } from './part-interval.ts'
import type { Database, Statements } from './statements.ts'

/** Whose part `control` is: no name that a source can have. */
const NOBODY = ''

/** A change of part `control`, as one transaction. */
export function control(database: Database, write: ControlWrite): Promise<ControlResult> {
  const { cause, source, author, upsert, remove, dryRun = false } = write
  const look = ({ ledger }: Statements) =>
    Promise.all([
      ledger.standingPart(NOBODY, 'control'),
      ledger.standingOf(NOBODY, 'control', [...upsert, ...remove]),
    ])
  return database.transaction({ source: NOBODY }, look, async ({ ledger }, [standing, concerned]) => {
    const change = patching(concerned, upsert, remove)
    if (isEmpty(change)) {
      const wrote = concerned.map(({ since }) => since)
      const revision = upsert.length > 0 ? Math.max(...wrote) : (standing?.since ?? 0)
      return { outcome: 'unchanged', revision, digest: standing?.digest ?? EMPTY_PART_DIGEST }
    }
    const next = { source: NOBODY, part: 'control', standing, change, bodyDigest: null } as const
    const result = { digest: digestAfter(next), changed: counts([change]) }
    if (dryRun) return { outcome: 'written', revision: null, ...result }
    const now = await ledger.nextRevision()
    await writePart(ledger, next, now)
    await ledger.writeRevision({ ...now, ...result, source, part: 'control', cause, restored: null, author })
    return { outcome: 'written', revision: now.revision, ...result }
  })
}
