import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import { DEFAULT_WHEN_STALE, staleSourceKey } from '../model/control.ts'
import { entry } from '../model/entry.ts'
import { endOfSilence } from '../operations/end-silence.ts'
import type { Replica } from '../operations/replica.ts'
import type { ControlWrite, Store } from '../store/store.ts'
import { World } from '../translate/world.ts'
import type { Lease } from './housekeeping.ts'
import { type Judgement, judgeSilence } from './silence.ts'

export interface SilenceWatch {
  /** The replica shows another world. */
  onChange(): void
  close(): Promise<void>
}

/** How long to wait before the database is asked again after it failed, in milliseconds. */
const RETRY_AFTER = 1_000
/** The longest that a timer of Node's can wait. */
const LONGEST_SLEEP = 2 ** 31 - 1

/**
 * Writes which sources are silent as rows of the feed, so that all replicas serve the same; one replica does it for
 * all. Sleeps until the next source can go stale, and wakes when settings or these rows change. That a source was
 * heard again is written by whoever heard it (`endSilence`); what was missed there is made up for here.
 */
export function watchSilence(store: Store, replica: Replica, lease: Lease, log: Logger): SilenceWatch {
  let { sourceSettings, staleSources }: Pick<World, 'sourceSettings' | 'staleSources'> = World.EMPTY
  const failures = new FailureLog(log, 'looking for silent sources failed; it is tried again')
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isDue = false
  let isClosed = false

  onChange()
  return {
    onChange,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await looking
    },
  }

  function onChange(): void {
    const world = replica.world()
    if (isClosed) return
    if (world.sourceSettings === sourceSettings && world.staleSources === staleSources) return
    tell(staleSources, world, log)
    sourceSettings = world.sourceSettings
    staleSources = world.staleSources
    wake()
  }

  function wake(): void {
    isDue = true
    looking ??= lookWhileDue()
  }

  async function lookWhileDue(): Promise<void> {
    while (isDue && !isClosed) {
      isDue = false
      clearTimeout(timer)
      sleep(await look())
    }
    looking = undefined
  }

  function sleep(milliseconds: number | undefined): void {
    if (milliseconds === undefined || isClosed) return
    timer = setTimeout(wake, Math.min(milliseconds, LONGEST_SLEEP)).unref()
  }

  /** How long to sleep afterwards. */
  async function look(): Promise<number | undefined> {
    try {
      const lastHeard = await store.lastHeard()
      const { now, since } = lease.clock()
      const judgement = judgeSilence({ sourceSettings, staleSources, lastHeard, listeningSince: since, now })
      if (!lease.isHeld()) return RETRY_AFTER
      for (const write of writesOf(judgement)) await store.control(write)
      return judgement.next
    } catch (error) {
      failures.warn({ err: error })
      return RETRY_AFTER
    }
  }
}

function writesOf({ fallen, ended }: Judgement): ControlWrite[] {
  return [
    ...fallen.map((row): ControlWrite => {
      const upsert = [entry(staleSourceKey(row.source), JSON.stringify(row))]
      return { cause: 'stale', source: row.source, author: 'vicinity', upsert, remove: [] }
    }),
    ...ended.map(({ source, cause }) => endOfSilence(source, cause)),
  ]
}

function tell(before: World['staleSources'], { staleSources, sourceSettings }: World, log: Logger): void {
  for (const { source, heardAt } of staleSources.values()) {
    const { whenStale = DEFAULT_WHEN_STALE } = sourceSettings.get(source) ?? {}
    if (!before.has(source)) log.warn({ source, heardAt, whenStale }, 'a source is silent')
  }
  for (const source of before.keys()) {
    if (!staleSources.has(source)) log.info({ source }, 'a source is silent no more')
  }
}
