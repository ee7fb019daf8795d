import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import type { Replica } from '../operations/replica.ts'
import type { Commit, Position, Store } from '../store/store.ts'
import { World } from '../translate/world.ts'
import { type Touched, WorldDraft } from '../translate/world-draft.ts'

/** Takes each new world at once, with the revisions that led to it: afterwards everything that is served shows it. */
export type Publish = (world: World, touched: Touched, commits: readonly Commit[]) => void

/** Of a store, what it takes to follow it. */
interface Feed extends Pick<Store, 'changes'> {
  subscribe(listener: () => void): () => void
}

export interface FollowingReplica extends Replica {
  close(): Promise<void>
}

/** How long to wait before the feed is read again after the database failed, in milliseconds. */
const RETRY_AFTER = 500

/**
 * Keeps a World up with the database: loads it whole, then follows the feed of changes. Resolves when the first load
 * was published, so that a port opened afterwards never serves less than the database has.
 *
 * While the database is away the last world stands; the feed is tried again until it answers. One that went back (it
 * failed over to a copy without the newest revisions) is followed back; but not to no revision at all: a lost volume
 * must not wipe a fleet.
 */
export async function followStore(store: Feed, publish: Publish, log: Logger): Promise<FollowingReplica> {
  const closing = new AbortController()
  const failures = new FailureLog(log, 'reading the feed failed; serving what is known')
  let world = World.EMPTY
  let waiting: { revision: number; resolve: (isThere: boolean) => void }[] = []
  /** Of `world` among all that the database ever said. */
  let stamp = ''
  let isDue = false
  let reading: Promise<void> | undefined

  // Listening begins before the first load, or a commit between the two would be missed.
  const unsubscribe = store.subscribe(() => {
    isDue = true
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
        if (world.revision >= revision) resolve(true)
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

  /** Reads the feed until nothing was announced meanwhile. */
  async function catchUp(): Promise<void> {
    while (isDue && !closing.signal.aborted) {
      isDue = false
      try {
        await advance()
      } catch (error) {
        isDue = true
        failures.warn({ err: error, revision: world.revision })
        await delay(RETRY_AFTER, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  /** Other work gets its turn between two batches: a large push must not hold up the streams. */
  async function advance(): Promise<void> {
    let draft: WorldDraft | undefined
    let head: Position = { revision: world.revision, stamp }
    const commits: Commit[] = []
    for await (const batch of store.changes(head)) {
      draft ??= batch.reset ? WorldDraft.startingOver(world) : new WorldDraft(world)
      draft.add(batch)
      commits.push(...batch.commits)
      head = batch
      await nextTurn()
    }
    if (draft !== undefined) show(draft, head, commits)
  }

  function show(draft: WorldDraft, head: Position, commits: readonly Commit[]): void {
    const { revision } = head
    const before = world.revision
    if (revision === 0 && before > 0) {
      log.error({ before }, 'the database has lost all revisions; serving what was known until there is one')
      return
    }
    if (revision < before) log.warn({ before, revision }, 'the database went back: it has lost revisions')
    const next = draft.finish(revision)
    world = next.world
    stamp = head.stamp
    publish(world, next.touched, commits)
    const stillWaiting: typeof waiting = []
    for (const one of waiting) {
      if (one.revision <= revision) one.resolve(true)
      else if (revision < before) one.resolve(false)
      else stillWaiting.push(one)
    }
    waiting = stillWaiting
  }
}
