import type { ChangeBatch } from '../model/change.ts'
import { type EntryKey, keyText, kindsOf, unpackedOneByOne } from '../model/entry.ts'
import type { Store } from '../store/store.ts'
import type { World } from '../translate/world.ts'
import { WorldDraft } from '../translate/world-draft.ts'
import { inTurns } from './in-turns.ts'
import type { PreparedPart } from './intake/prepared.ts'

/** The world as it would be after a push that is only tried: what is odd about it depends on what others have. */
export async function previewWorld(
  store: Store,
  world: World,
  { source, mode }: { readonly source: string; readonly mode: 'replace' | 'patch' },
  parts: readonly Omit<PreparedPart, 'endpoints'>[],
): Promise<World> {
  const kinds = parts.flatMap(({ part }) => kindsOf(part))
  const entries = await store.entries({ kinds })
  // Only a past that retention took is gone.
  const standing = Array.isArray(entries) ? entries.filter(one => one.source === source) : []
  const before = new Map<string, (typeof standing)[number]>()
  await inTurns(standing, one => before.set(keyText(one), one))

  const revision = world.revision + 1
  const draft = new WorldDraft(world)
  const change = (part: Partial<ChangeBatch>) =>
    draft.add({ revision, reset: false, upserted: [], removed: [], ...part })
  const brought = new Set<string>()
  for (const part of parts) {
    await inTurns(unpackedOneByOne(part.entries), one => {
      const key = keyText(one)
      brought.add(key)
      const old = before.get(key)
      // What is as it was need not be made anew, if the world has it already.
      if (old?.digest === one.digest && old.since <= world.revision) return
      change({ upserted: [{ ...one, source, since: revision, created: old?.created ?? revision }] })
    })
  }
  const going: readonly EntryKey[] = mode === 'patch' ? parts.flatMap(({ remove }) => remove) : standing
  await inTurns(going, key => {
    if (!brought.has(keyText(key))) change({ removed: [{ ...key, source }] })
  })
  return draft.finish(revision).world
}
