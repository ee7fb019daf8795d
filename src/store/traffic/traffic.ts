import type { TrafficCell } from '../../model/traffic.ts'

/**
 * Requests between zones, as counted by all replicas: of each minute, and of each hour once its minutes are older than
 * `MINUTES_KEPT`. They are counts of load and no content: no revision, no backup, and a crash may lose the last of them.
 *
 * Where SQLite is the database they are in a file of their own beside it: what is wrong with that one is told by these
 * methods alone (`StoreUnavailable`), and pushes never wait for it to be synced.
 */
export interface Traffic {
  /**
   * Adds what was counted to what is there. Resolves to false, and adds nothing, where this batch of the writer, or a
   * later one, was added before. A minute has at most `CELLS_OF_A_SPAN` cells: the small ones that are too many are added
   * to those of `OTHER_SERVICES`, and where even these are too many their zones are not told apart.
   */
  add(batch: TrafficBatch): Promise<boolean>
  /** Sums, of cells that begin within the time; of an hour all where it begins. */
  read(query: TrafficQuery): Promise<TrafficSums>
  /**
   * Sums minutes into hours, and deletes hours that began more than `keep` milliseconds ago. Resolves to the number of
   * rows deleted.
   */
  tidy(keep: number): Promise<number>
}

export interface TrafficBatch {
  /** Of a process: no other one, at whatever time, has the same. */
  readonly writer: string
  /** Grows from one to the next. One that may not have been added is sent again as it was, before any other. */
  readonly number: number
  readonly cells: readonly TrafficCell[]
}

/** Times in milliseconds since the epoch. */
export interface TrafficQuery {
  readonly from: number
  /** Not included. */
  readonly to: number
  /** Of which length the steps are that sums are told by: the first begins at a multiple of it. */
  readonly step: number
  /** `namespace/name`; left out: all. */
  readonly services?: readonly string[]
}

interface Counts {
  readonly from: string
  readonly to: string
  readonly requests: number
  readonly errors: number
}

export interface StepSum extends Counts {
  /** When the step began. */
  readonly at: number
}

export interface ServiceSum extends Counts {
  readonly service: string
}

/** The same requests twice: by step over all services, and by service over all steps. In no order. */
export interface TrafficSums {
  readonly steps: readonly StepSum[]
  readonly services: readonly ServiceSum[]
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** In milliseconds: an hour that ended so long ago is no longer told minute by minute. */
export const MINUTES_KEPT = 2 * HOUR

/** Of one minute, or of one hour: some more may be there for those that stand for many. */
export const CELLS_OF_A_SPAN = 20_000
