import type { WriteResult } from '../store/store.ts'
import type { Collaborators } from './collaborators.ts'
import { currentWorld } from './current-world.ts'
import { danglingBackends } from './dangling-backends.ts'
import type { Prepared } from './intake/intake.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type PartName, type WriteAnswer, writeAnswer } from './write-answer.ts'

/** One document of a pusher, as it came. */
export interface Push {
  readonly source: string
  readonly part: PartName
  /** `replace`: the document is all of the part. `patch`: it says what to add, change and remove. */
  readonly mode: 'replace' | 'patch'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly author: string
  readonly dryRun: boolean
  readonly ifMatch?: readonly string[]
  readonly ifNoneMatch?: boolean
}

/** Parses, tries the translation, stores: all of the document or nothing of it. */
export async function push(collaborators: Collaborators, request: Push): Promise<WriteAnswer | Refusal> {
  const { source, part, mode, bytes, author, dryRun, ifMatch, ifNoneMatch } = request
  const prepared = await collaborators.intake.prepare({ part, mode, bytes })
  if (!prepared.ok) return refuseDocument(prepared)
  const result = await collaborators.store.write({
    source,
    author,
    parts: prepared.parts,
    dryRun,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  })
  if (result.outcome === 'conflict' || result.outcome === 'unknown') return refuseWrite(result, request)
  const dangling = await danglingOf(collaborators, prepared)
  return writeAnswer(request, result, [...prepared.warnings, ...dangling])
}

