import type { Logger } from 'pino'
import type { PlacedDemand } from '../locality/balance.ts'
import { zoneKey } from '../locality/place.ts'
import { demandEntry } from '../model/control.ts'
import { BalancedServices } from '../operations/balanced-services.ts'
import type { Replica } from '../operations/replica.ts'
import { LIVE_FOR } from '../store/reports.ts'
import type { Store } from '../store/store.ts'
import { placedDemand } from '../translate/surroundings.ts'
import type { World } from '../translate/world.ts'
import { Alarm } from './alarm.ts'
import type { DemandMeter } from './demand-meter.ts'
import { LastWritten } from './last-written.ts'

/** In milliseconds. */
export interface DemandTiming {
  /** A zone counts the most that it asked for within it; and so long after the start what another process wrote stands. */
  readonly window: number
  /** Where there are other replicas: a rise counts when it has lasted longer than one that died is believed to be there. */
  readonly hold: number
  /** How often load reports are looked at. */
  readonly beat: number
  /** After a change of demand or of services, until it is looked at: many come together. */
  readonly settle: number
  /** After the database failed. */
  readonly retry: number
}

export const DEMAND_TIMING: DemandTiming = {
  window: 30_000,
  hold: LIVE_FOR + 2_000,
  beat: 5_000,
  settle: 1_000,
  retry: 5_000,
}

interface Options {
  readonly store: Pick<Store, 'control'>
  readonly replica: Pick<Replica, 'world'>
  readonly meter: DemandMeter
  readonly log: Logger
  readonly timing: DemandTiming
}

export interface DemandRows {
  /** To be called when the replica has another world. */
  onChange(): void
  close(): Promise<void>
}

/**
 * Writes what zones ask for as rows of the feed, for all replicas to read: all zones in one revision, and only when a
 * balanced service would notice. While no service is balanced there are no rows. One replica may do this at a time.
 *
 * A process that has just started has not seen its fleet yet: the rows of another are better than what it could say.
 */
export function keepDemandRows({ store, replica, meter, log, timing }: Options): DemandRows {
  const services = new BalancedServices()
  const begin = performance.now()
  const last = new LastWritten()
  let isClosed = false
  let work = Promise.resolve()
  const alarm = new Alarm(() => {
    work = work.then(review)
  })
  const look = () => alarm.set(timing.settle)
  const unsubscribe = meter.subscribe(look)
  look()
  return {
    onChange: () => {
      last.shows(replica.world().revision)
      look()
    },
    close: async () => {
      isClosed = true
      unsubscribe()
      alarm.stop()
      await work
    },
  }

  async function review(): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (isClosed) return
      log.warn({ err: error }, 'writing the demand of zones failed; it is tried again')
      alarm.set(timing.retry)
    }
  }

  async function write(): Promise<void> {
    const world = replica.world()
    // What was written last is still on its way here, and comes with a call of `onChange`.
    if (isClosed || last.isAheadOf(world.revision)) return
    const standing = placedDemand(world)
    const wanted = world.balanced.size === 0 ? [] : await asked(world, standing)
    if (wanted === undefined || isSame(standing, wanted)) return
    const keys = new Set(wanted.map(zoneKey))
    const { revision } = await store.control({
      cause: 'demand',
      source: null,
      author: 'vicinity',
      upsert: wanted.map(demandEntry),
      remove: standing.filter(one => !keys.has(zoneKey(one))).map(demandEntry),
    })
    last.wrote(revision)
    log.info({ revision, zones: wanted.length }, 'the demand of zones was written')
  }

  /** What the rows should say; undefined: what they do. */
  async function asked(
    world: World,
    standing: readonly PlacedDemand[],
  ): Promise<readonly PlacedDemand[] | undefined> {
    const left = begin + timing.window - performance.now()
    if (standing.length > 0 && !last.isAny && left > 0) {
      alarm.set(Math.ceil(left))
      return undefined
    }
    const measured = meter.read()
    if (measured.length === 0 || isSame(standing, measured)) return undefined
    return (await services.wouldNotice(world, standing, measured)) ? measured : undefined
  }
}

function isSame(a: readonly PlacedDemand[], b: readonly PlacedDemand[]): boolean {
  const amounts = new Map(a.map(one => [zoneKey(one), one.demand]))
  return a.length === b.length && b.every(one => amounts.get(zoneKey(one)) === one.demand)
}
