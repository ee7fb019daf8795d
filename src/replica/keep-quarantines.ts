import type { Logger } from 'pino'
import { FailureLog } from '../failure-log.ts'
import { type Quarantine, quarantineEntry, quarantineKey, type Suspect } from '../model/quarantine.ts'
import { resourceTypeName } from '../model/resource-types.ts'
import type { Replica } from '../operations/replica.ts'
import type { ControlCause, Store } from '../store/store.ts'
import { mayBeNewest } from '../translate/newest-versions.ts'
import { Alarm } from './alarm.ts'
import { LastWritten } from './last-written.ts'
import { type Account, judgeQuarantines } from './quarantine-judgement.ts'
import type { Suspects } from './suspects.ts'

/** In milliseconds. */
interface QuarantineTiming {
  /** From when there is something to judge until it is looked at: more is heard meanwhile. */
  readonly settle: number
  /** As long as there is something that may be judged another way later. */
  readonly interval: number
}

const TIMING: QuarantineTiming = { settle: 200, interval: 1_000 }

interface Options {
  readonly store: Pick<Store, 'control'>
  readonly replica: Pick<Replica, 'world'>
  readonly suspects: Pick<Suspects, 'testimonies' | 'subscribe'>
  /** What the other live replicas tell. */
  readonly others: () => readonly Account[]
  readonly log: Logger
  readonly timing?: QuarantineTiming
}

export interface QuarantineKeeper {
  /** The replica shows another world. */
  onChange(): void
  close(): Promise<void>
}

/** Writes which versions are under quarantine as rows of the feed, so that all replicas serve the same; one does it for all. */
export function keepQuarantines(options: Options): QuarantineKeeper {
  const { store, replica, suspects, others, log, timing = TIMING } = options
  const failures = new FailureLog(log, 'judging what proxies refused failed; it is tried again')
  const last = new LastWritten()
  let isClosed = false
  let work = Promise.resolve()
  const alarm = new Alarm(() => {
    work = work.then(review)
  })
  const unsubscribe = suspects.subscribe(() => alarm.set(timing.settle))
  alarm.set(timing.settle)
  return {
    onChange() {
      last.shows(replica.world().revision)
      alarm.set(timing.settle)
    },
    async close() {
      isClosed = true
      unsubscribe()
      alarm.stop()
      await work
    },
  }

  async function review(): Promise<void> {
    if (isClosed) return
    try {
      await judge()
    } catch (error) {
      failures.warn({ err: error })
      alarm.set(timing.interval)
    }
  }

  async function judge(): Promise<void> {
    const world = replica.world()
    const standing = [...world.quarantines.values()]
    const own = { revision: world.revision, testimonies: suspects.testimonies(standing) }
    if (own.testimonies.length > 0) alarm.set(timing.interval)
    // What was written last is still on its way here, and comes with a call of `onChange`.
    if (last.isAheadOf(world.revision)) return
    const { begun, ended } = judgeQuarantines(standing, [own, ...others()], row => mayBeNewest(world, row))
    if (ended.length > 0) await write('release', [], ended)
    if (begun.length > 0) await write('quarantine', begun, [])
    for (const one of begun)
      log.warn(told(one), 'proxies refuse a resource: new ones get what was there before')
    for (const one of ended) log.info(told(one), 'a resource is under quarantine no more')
  }

  async function write(cause: ControlCause, begun: readonly Quarantine[], ended: readonly Suspect[]) {
    const { revision } = await store.control({
      cause,
      source: null,
      author: 'vicinity',
      upsert: begun.map(quarantineEntry),
      remove: ended.map(quarantineKey),
    })
    last.wrote(revision)
  }
}

function told(one: Suspect & { readonly lastGood?: { readonly version: string } | undefined }): object {
  const { gateway, typeUrl, name, version, lastGood } = one
  return { gateway, type: resourceTypeName(typeUrl), name, version, lastGood: lastGood?.version ?? null }
}
