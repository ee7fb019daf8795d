import { EMPTY_PART_DIGEST, snapshotDigest } from '../model/part-digest.ts'
import type { Store, WriteResult } from '../store/store.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import { readSource } from './sources.ts'
import { type WriteAnswer, writeAnswer } from './write-answer.ts'

export interface SourceRemoval {
  readonly source: string
  readonly author: string
  readonly dryRun: boolean
}

/** Removes all that a source pushed, as one revision. */
export async function removeSource(store: Store, removal: SourceRemoval): Promise<WriteAnswer | Refusal> {
  const { source, author, dryRun } = removal
  const result = dryRun ? await wouldRemove(store, source) : await store.removeSource(source, author)
  if (isRefusal(result)) return result
  if (result.outcome !== 'written') return refuse('unknown', `there is no source ${source}`)
  return writeAnswer({ source, part: 'both', dryRun }, result, [])
}

async function wouldRemove(store: Store, source: string): Promise<WriteResult | Refusal> {
  const state = await readSource(store, source)
  if (isRefusal(state)) return state
  const removed = state.parts.reduce((sum, part) => sum + part.entries, 0)
  const digest = snapshotDigest(EMPTY_PART_DIGEST, EMPTY_PART_DIGEST)
  return { outcome: 'written', revision: null, digest, changed: { added: 0, updated: 0, removed } }
}
