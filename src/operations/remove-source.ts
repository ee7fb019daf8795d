import { EMPTY_PART_DIGEST, snapshotDigest } from '../model/part-digest.ts'
import type { WriteResult } from '../store/store.ts'
import type { Current } from './current-world.ts'
import { endSilence } from './end-silence.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import { readSource } from './sources.ts'
import { type WriteAnswer, writeAnswer } from './write-answer.ts'

export interface SourceRemoval {
  readonly source: string
  readonly author: string
  readonly dryRun: boolean
}

/** Removes all that a source pushed, as one revision. Its settings stay: they are the operator's. */
export async function removeSource(current: Current, removal: SourceRemoval): Promise<WriteAnswer | Refusal> {
  const { source, author, dryRun } = removal
  const result = dryRun
    ? await wouldRemove(current, source)
    : await current.store.removeSource(source, author)
  if (isRefusal(result)) return result
  if (result.outcome !== 'written') return refuse('unknown', `there is no source ${source}`)
  if (!dryRun) await endSilence(current, source, 'delete')
  return writeAnswer({ source, part: 'both', dryRun }, result, [])
}

async function wouldRemove(current: Current, source: string): Promise<WriteResult | Refusal> {
  const state = await readSource(current, source)
  if (isRefusal(state)) return state
  const removed = state.parts.reduce((sum, part) => sum + part.entries, 0)
  const digest = snapshotDigest(EMPTY_PART_DIGEST, EMPTY_PART_DIGEST)
  return { outcome: 'written', revision: null, digest, changed: { added: 0, updated: 0, removed } }
}
