import type { Current } from './current-world.ts'
import { endSilence } from './end-silence.ts'
import { type Refusal, refuse, refuseFenced } from './refusal.ts'
import { type WriteAnswer, writeAnswer } from './write-answer.ts'

export interface SourceRemoval {
  readonly source: string
  readonly author: string
  readonly dryRun: boolean
  /** As in the store's `Write`. */
  readonly epoch?: number
}

/** Removes all that a source pushed, as one revision. Its settings stay: they are the operator's. */
export async function removeSource(current: Current, removal: SourceRemoval): Promise<WriteAnswer | Refusal> {
  const { source, author, ...options } = removal
  const result = await current.store.removeSource(source, author, options)
  if (result.outcome === 'fenced') return refuseFenced(source, result)
  if (result.outcome !== 'written') return refuse('unknown', `there is no source ${source}`)
  if (!options.dryRun) await endSilence(current, source, 'delete')
  return writeAnswer({ source, part: 'both', dryRun: options.dryRun }, result, [])
}
