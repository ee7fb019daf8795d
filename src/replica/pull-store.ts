import type { Logger } from 'pino'
import type { Store } from '../store/store.ts'
import { type FollowingReplica, followStore, type Publish } from './follow-store.ts'

/**
 * A World that is brought up to date when somebody asks for a revision, and only then: for a process that sleeps
 * between requests, and can be told nothing meanwhile. Resolves when it is loaded.
 */
export async function pullStore(
  store: Pick<Store, 'changes'>,
  publish: Publish,
  log: Logger,
): Promise<FollowingReplica> {
  let look = () => {}
  const feed = {
    changes: store.changes.bind(store),
    subscribe: (listener: () => void) => {
      look = listener
      return () => {}
    },
  }
  const replica = await followStore(feed, publish, log)
  return {
    ...replica,
    reached: revision => {
      if (replica.world().revision !== revision) look()
      return replica.reached(revision)
    },
  }
}
