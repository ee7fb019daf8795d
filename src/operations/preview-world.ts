import { type EntryKey, keyText, kindsOf, unpackEntries } from '../model/entry.ts'
import type { Store } from '../store/store.ts'
import type { World } from '../translate/world.ts'
import { WorldDraft } from '../translate/world-draft.ts'
import type { PreparedPart } from './intake/prepared.ts'

/** The world as it would be after a push that is only tried: what is odd about it depends on what others have. */
export async function previewWorld(
  store: Store,
  world: World,
  { source, mode }: { readonly source: string; readonly mode: 'replace' | 'patch' },
  parts: readonly PreparedPart[],
): Promise<World> {
  const kinds = parts.flatMap(({ part }) => kindsOf(part))
  const entries = await store.entries({ kinds })
  // Only a past that retention took is gone.
  const standing = Array.isArray(entries) ? entries.filter(one => one.source === source) : []
  const created = new Map(standing.map(one => [keyText(one), one.created]))
  const brought = new Map(parts.flatMap(part => unpackEntries(part.entries)).map(one => [keyText(one), one]))
  const going: readonly EntryKey[] = mode === 'patch' ? parts.flatMap(({ remove }) => remove) : standing
  const revision = world.revision + 1
  const draft = new WorldDraft(world)
  draft.add({
    revision,
    reset: false,
    upserted: [...brought].map(([key, one]) => ({
      ...one,
      source,
      since: revision,
      created: created.get(key) ?? revision,
    })),
    removed: going.filter(key => !brought.has(keyText(key))).map(key => ({ ...key, source })),
  })
  return draft.finish(revision).world
}
