import { staleSourceKey } from '../model/control.ts'
import { type ControlCause, type ControlWrite, StoreUnavailable } from '../store/store.ts'
import type { Current } from './current-world.ts'

/**
 * A source is stale no more: it was heard, or it is gone. What was done before stands whatever becomes of this, so a
 * database that goes away in between is no failure: the next push or heartbeat, or the next start, does it.
 */
export async function endSilence(
  { store, replica }: Current,
  source: string,
  cause: ControlCause = 'heard',
): Promise<void> {
  if (!replica.world().staleSources.has(source)) return
  try {
    await store.control(endOfSilence(source, cause))
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}

/** What takes the row of a stale source away. */
export function endOfSilence(source: string, cause: ControlCause): ControlWrite {
  return { cause, source, author: 'vicinity', upsert: [], remove: [staleSourceKey(source)] }
}
