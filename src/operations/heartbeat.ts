import type { Current } from './current-world.ts'
import { endSilence } from './end-silence.ts'
import { isRefusal, type Refusal, refuseFenced } from './refusal.ts'
import { readSourceSettings } from './source-settings.ts'

/** A pusher that has nothing new to say tells that it is there. No revision comes of it, unless its source was stale. */
export async function heartbeat(
  current: Current,
  source: string,
  /** As in the store's `Write`. */
  epoch?: number,
): Promise<Refusal | undefined> {
  const settings = await readSourceSettings(current.store, source)
  if (isRefusal(settings)) return settings
  const result = await current.store.heard(source, epoch)
  if (result.outcome === 'fenced') return refuseFenced(source, result)
  await endSilence(current, source)
  return undefined
}
