import { PARTS, type Part, type StoredPart } from '../model/entry.ts'
import type { Problem } from '../model/problem.ts'
import type { Convergence } from '../model/proxies.ts'
import type { ChangeCounts, WriteResult } from '../store/store.ts'

/** What a write did, as every kind of write answers it. */
export interface WriteAnswer {
  /** null: every source (a restore of all, a drain). */
  readonly source: string | null
  readonly part: StoredPart | 'both'
  /** The revision that wrote what stands now; null for a dry run, and where nothing was ever written. */
  readonly revision: number | null
  /** Digest of the part, or of both, as it is now (of a dry run: as it would be). */
  readonly digest: string
  readonly unchanged: boolean
  readonly changed: ChangeCounts
  readonly warnings: readonly Problem[]
  /** How far the proxies are, where the write was asked to wait for them. */
  readonly convergence?: Convergence
}

export type PartName = Part | 'both'

export function partsOf(part: PartName): readonly Part[] {
  return part === 'both' ? PARTS : [part]
}

const NOTHING_CHANGED: ChangeCounts = { added: 0, updated: 0, removed: 0 }

/** The answer to a write that the store has accepted. */
export function writeAnswer(
  about: Pick<WriteAnswer, 'source' | 'part'> & { readonly dryRun: boolean },
  result: Extract<WriteResult, { outcome: 'written' | 'unchanged' }>,
  warnings: readonly Problem[],
): WriteAnswer {
  const unchanged = result.outcome === 'unchanged'
  return {
    source: about.source,
    part: about.part,
    revision: about.dryRun || result.revision === 0 ? null : result.revision,
    digest: result.digest,
    unchanged,
    changed: unchanged ? NOTHING_CHANGED : result.changed,
    warnings,
  }
}
