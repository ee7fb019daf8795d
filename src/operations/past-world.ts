import type { StoredEntry } from '../model/change.ts'
import { type Kind, kindsOf } from '../model/entry.ts'
import type { EntriesQuery, Gone, Store } from '../store/store.ts'
import { World } from '../translate/world.ts'
import { WorldDraft } from '../translate/world-draft.ts'
import { inTurns } from './in-turns.ts'
import { refuseFuture } from './read-part.ts'
import { isGone, isRefusal, type Refusal, refuseGone } from './refusal.ts'

/** What assignments read beside the entries of services. */
const AROUND: readonly Kind[] = ['Zone', 'Node', 'Defaults', ...kindsOf('control')]

/** As much of the world of an old revision as the assignments of one service read, or of all. */
export async function pastWorld(
  store: Store,
  revision: number,
  service: Pick<EntriesQuery, 'namespace' | 'name'> = {},
): Promise<World | Refusal> {
  const ahead = await refuseFuture(store, revision)
  if (ahead) return ahead
  const { namespace, name } = service
  const found = await Promise.all([
    store.entries({ revision, kinds: AROUND }),
    store.entries({
      revision,
      kinds: ['Service', 'Endpoints'],
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
    }),
  ])
  return worldOf(found, revision)
}

/** All of the world of an old revision. */
export async function wholePastWorld(store: Store, revision: number): Promise<World | Refusal> {
  if (revision === 0) return World.EMPTY
  return (await refuseFuture(store, revision)) ?? worldOf([await store.entries({ revision })], revision)
}

async function worldOf(found: readonly (StoredEntry[] | Gone)[], revision: number): Promise<World | Refusal> {
  const entries = entriesOf(found, revision)
  if (isRefusal(entries)) return entries
  const draft = new WorldDraft(World.EMPTY)
  await inTurns(entries, one => draft.add({ revision, reset: false, upserted: [one], removed: [] }))
  return draft.finish(revision).world
}

function entriesOf(found: readonly (StoredEntry[] | Gone)[], revision: number): StoredEntry[] | Refusal {
  const gone = found.find(isGone)
  return gone === undefined ? found.flatMap(one => (isGone(one) ? [] : one)) : refuseGone(revision, gone)
}
