import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import type { Replica } from '../operations/replica.ts'
import type { Commit, Position, Store } from '../store/store.ts'
import { REVISION, traced } from '../traced.ts'
import { World } from '../translate/world.ts'
import { type Touched, WorldDraft } from '../translate/world-draft.ts'
import { FeedLag } from './feed-lag.ts'
import { type PublishPhases, UNMEASURED } from './publish-phases.ts'

/** Takes each new world at once, with the revisions that led to it: afterwards everything that is served shows it. */
export type Publish = (world: World, touched: Touched, commits: readonly Commit[]) => void

/** Of a store, what it takes to follow it. */
interface Feed extends Pick<Store, 'changes'> {
  subscribe(listener: (head?: Position) => void): () => void
}

export interface FollowingReplica extends Replica {
  readonly lag: Pick<FeedLag, 'known' | 'since'>
  close(): Promise<void>
}

/** What was read of the feed. */
interface News {
  readonly draft: WorldDraft
  readonly head: Position
  readonly commits: readonly Commit[]
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
export async function followStore(
  store: Feed,
  publish: Publish,
  log: Logger,
  phases: PublishPhases = UNMEASURED,
): Promise<FollowingReplica> {
  const closing = new AbortController()
  const failures = new FailureLog(log, 'reading the feed failed; serving what is known')
  let world = World.EMPTY
  let waiting: { revision: number; resolve: (isThere: boolean) => void }[] = []
  /** Of `world` among all that the database ever said. */
  let stamp = ''
  const lag = new FeedLag()
  /** What the database was last said to stand at, and was not looked at since. */
  let heard: Position | 'unknown' | undefined
  let reading: Promise<void> | undefined

  // Listening begins before the first load, or a commit between the two would be missed.
  const unsubscribe = store.subscribe(head => {
    if (head !== undefined) lag.heard(head.revision)
    heard = head ?? 'unknown'
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
    lag,
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

  /** Of several commits the feed may have told all when the last one is heard of. */
  function isDue(): boolean {
    if (heard === undefined || heard === 'unknown') return heard !== undefined
    return heard.revision !== world.revision || heard.stamp !== stamp
  }

  /** Reads the feed until nothing was announced meanwhile. */
  async function catchUp(): Promise<void> {
    while (isDue() && !closing.signal.aborted) {
      heard = undefined
      try {
        await advance()
      } catch (error) {
        heard = 'unknown'
        failures.warn({ err: error, revision: world.revision })
        await delay(RETRY_AFTER, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  /** Other work gets its turn between two batches: a large push must not hold up the streams. */
  function advance(): Promise<void> {
    return traced('publish', {}, async span => {
      const news = await phases.run('read', read)
      if (news === undefined) return
      span.setAttribute(REVISION, news.head.revision)
      show(news)
    })
  }

  async function read(): Promise<News | undefined> {
    let draft: WorldDraft | undefined
    let head: Position = { revision: world.revision, stamp }
    const commits: Commit[] = []
    for await (const batch of store.changes(head)) {
      if (draft !== undefined) await nextTurn()
      draft ??= batch.reset ? WorldDraft.startingOver(world) : new WorldDraft(world)
      draft.add(batch)
      commits.push(...batch.commits)
      head = batch
    }
    return draft && { draft, head, commits }
  }

  function show({ draft, head, commits }: News): void {
    const { revision } = head
    const before = world.revision
    if (revision === 0 && before > 0) {
      log.error({ before }, 'the database has lost all revisions; serving what was known until there is one')
      return
    }
    if (revision < before) log.warn({ before, revision }, 'the database went back: it has lost revisions')
    const next = phases.run('world', () => draft.finish(revision))
    world = next.world
    stamp = head.stamp
    lag.served(revision)
    publish(world, next.touched, commits)
    log.debug({ before, revision }, 'serving a revision')
    const stillWaiting: typeof waiting = []
    for (const one of waiting) {
      if (one.revision <= revision) one.resolve(true)
      else if (revision < before) one.resolve(false)
      else stillWaiting.push(one)
    }
    waiting = stillWaiting
  }
}
