import type { Store } from '../store/store.ts'
import { refuseFuture } from './read-part.ts'
import { isGone, type Refusal, refuse, refuseGone } from './refusal.ts'
import { type PartName, partsOf, type WriteAnswer, writeAnswer } from './write-answer.ts'

export interface RestoreRequest {
  readonly revision: number
  /** undefined: every source. */
  readonly source: string | undefined
  readonly part: PartName
  readonly author: string
  readonly dryRun: boolean
}

/** A new revision with the content of an old one. */
export async function restore(
  store: Store,
  { revision, source, part, author, dryRun }: RestoreRequest,
): Promise<WriteAnswer | Refusal> {
  const ahead = await refuseFuture(store, revision)
  if (ahead) return ahead
  const result = await store.restore({
    revision,
    parts: partsOf(part),
    author,
    dryRun,
    ...(source === undefined ? {} : { source }),
  })
  if (isGone(result)) return refuseGone(revision, result)
  if (result.outcome === 'written' || result.outcome === 'unchanged')
    return writeAnswer({ source: source ?? null, part, dryRun }, result, [])
  const whose = source === undefined ? 'no source' : `source ${source}`
  return refuse('unknown', `${whose} had nothing to restore at revision ${revision}: no ${part} then or now`)
}
