import { EMPTY_PART_DIGEST } from '../../model/part-digest.ts'
import { isEmpty, patching } from '../part-change.ts'
import type { ControlResult, ControlWrite } from '../store.ts'
import { counts, type Ledger } from './ledger.ts'

/** Whose part `control` is: no name that a source can have. */
const NOBODY = ''

/** A change of part `control`, as one transaction. */
export function control(
  ledger: Ledger,
  { cause, source, author, upsert, remove, dryRun = false }: ControlWrite,
): ControlResult {
  return ledger.transaction(dryRun, () => {
    const standing = ledger.standingPart(NOBODY, 'control')
    const change = patching(key => ledger.standingEntry(NOBODY, 'control', key), upsert, remove)
    if (isEmpty(change)) {
      const wrote = upsert.map(key => ledger.standingEntry(NOBODY, 'control', key)?.since ?? 0)
      const revision = wrote.length > 0 ? Math.max(...wrote) : (standing?.since ?? 0)
      return { outcome: 'unchanged', revision, digest: standing?.digest ?? EMPTY_PART_DIGEST }
    }
    const revision = ledger.head() + 1
    const createdAt = new Date().toISOString()
    const changed = counts([change])
    ledger.writeEntries(NOBODY, 'control', change, revision)
    const next = { source: NOBODY, part: 'control', standing, change, bodyDigest: null } as const
    const digest = ledger.writePart(next, revision, createdAt)
    const row = {
      revision,
      source,
      part: 'control',
      cause,
      restored: null,
      digest,
      author,
      createdAt,
      changed,
    }
    ledger.writeRevision({ ...row, part: 'control' })
    return { outcome: 'written', revision: dryRun ? null : revision, digest, changed }
  })
}
