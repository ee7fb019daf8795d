import { type Store, StoreUnavailable } from '../store/store.ts'
import type { World } from '../translate/world.ts'
import { within } from '../within.ts'
import type { Replica } from './replica.ts'

export interface Current {
  readonly store: Store
  readonly replica: Replica
}

/** The longest that a reader waits for the feed before it is told an older state, in milliseconds. */
const PATIENCE = 5_000

/**
 * The world as of the newest revision, so that whoever has pushed reads what he has written. When the database is
 * away, or the feed is late, the world that proxies are served.
 */
export async function currentWorld({ store, replica }: Current): Promise<World> {
  try {
    return await worldFrom(replica, await store.head())
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return replica.world()
  }
}

/** The world as of a revision or a later one; of an older one when the feed is late. */
export async function worldFrom(replica: Replica, revision: number): Promise<World> {
  await within(PATIENCE, replica.reached(revision))
  return replica.world()
}
