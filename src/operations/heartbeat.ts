import type { Current } from './current-world.ts'
import { endSilence } from './end-silence.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { readSourceSettings } from './source-settings.ts'

/** A pusher that has nothing new to say tells that it is there. No revision comes of it, unless its source was stale. */
export async function heartbeat(current: Current, source: string): Promise<Refusal | undefined> {
  const settings = await readSourceSettings(current.store, source)
  if (isRefusal(settings)) return settings
  await current.store.heard(source)
  await endSilence(current, source)
  return undefined
}
