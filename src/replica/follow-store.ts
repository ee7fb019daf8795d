import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Replica } from '../operations/replica.ts'
import type { Store } from '../store/store.ts'
import { World } from '../translate/world.ts'
import { type Touched, WorldDraft } from '../translate/world-draft.ts'

/** Takes each new world at once: afterwards everything that is served shows it. */
export type Publish = (world: World, touched: Touched) => void

export interface FollowingReplica extends Replica {
  close(): Promise<void>
}

/** How long to wait before the feed is read again after the database failed, in milliseconds. */
const RETRY_AFTER = 500

/**
 * Keeps a World up with the database: loads it whole, then follows the feed of changes. Resolves when the first load
 * was published, so that a port opened afterwards never serves less than the database has.
 *
 * While the database is away the last world stands; the feed is tried again until it answers.
 */
export async function followStore(store: Store, publish: Publish, log: Logger): Promise<FollowingReplica> {
  const closing = new AbortController()
  let world = World.EMPTY
  let waiting: { revision: number; resolve: () => void }[] = []
  let announced = 0
  let reading: Promise<void> | undefined

  // Listening begins before the first load, or a commit between the two would be missed.
  const unsubscribe = store.subscribe(revision => {
    announced = Math.max(announced, revision)
    follow()
  })
  reading = advance()
  try {
    await reading
  } catch (error) {
    unsubscribe()
    throw error
  }
  reading = undefined
  follow()
  return {
    world: () => world,
    reached: revision =>
      new Promise(resolve => {
        if (world.revision >= revision) resolve()
        else waiting.push({ revision, resolve })
      }),
    close: async () => {
      unsubscribe()
      closing.abort()
      await reading
    },
  }

  function follow(): void {
    reading ??= catchUp().finally(() => {
      reading = undefined
    })
  }

  /** Reads the feed until it has nothing newer than what was announced. */
  async function catchUp(): Promise<void> {
    while (world.revision < announced && !closing.signal.aborted) {
      try {
        await advance()
      } catch (error) {
        log.warn({ err: error, revision: world.revision }, 'reading the feed failed; serving what is known')
        await delay(RETRY_AFTER, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  /** Other work gets its turn between two batches: a large push must not hold up the streams. */
  async function advance(): Promise<void> {
    let draft: WorldDraft | undefined
    let revision = world.revision
    for await (const batch of store.changes(world.revision)) {
      draft ??= batch.reset ? WorldDraft.startingOver(world) : new WorldDraft(world)
      draft.add(batch)
      revision = batch.revision
      await nextTurn()
    }
    if (draft === undefined) return
    const next = draft.finish(revision)
    world = next.world
    publish(world, next.touched)
    const reached = waiting.filter(one => one.revision <= revision)
    waiting = waiting.filter(one => one.revision > revision)
    for (const one of reached) one.resolve()
  }
}
