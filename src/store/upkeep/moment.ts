import type { EntryVersion, Rows, Table } from './tables.ts'

/** Rows in slices that are small enough to be held, however many there are. */
export type Slices<T> = AsyncIterable<readonly T[]>

/** A whole database at one moment, whatever is written to it meanwhile. */
export interface Moment {
  /** The newest revision, as whatever hands out the numbers has it. */
  head(): Promise<number>
  rows<T extends Table>(table: T): Slices<Rows[T]>
  /** Entries that stand no more, in the order in which they went. */
  closed(): Slices<ClosedEntry>
  oddSuccessors(): Slices<OddSuccessor>
  /** What the database itself finds wrong with what it keeps; empty where it cannot be asked. */
  ownFaults(): Promise<readonly string[]>
  /** What an error while reading says of damaged content; undefined: it says something else. */
  damage(error: unknown): string | undefined
}

export interface ClosedEntry extends Pick<Rows['entry'], 'source' | 'part' | 'digest'> {
  readonly until: number
}

/** A version of an entry beside the one before it, which it does not follow as it should. */
export interface OddSuccessor extends EntryVersion {
  readonly earlierSince: number
  readonly earlierUntil: number | null
}

/** A database that is filled by one transaction: all of it or nothing. */
export interface Filling {
  /** Also of what was filled in so far. */
  readonly moment: Moment
  insert<T extends Table>(table: T, rows: readonly Rows[T][]): Promise<void>
  /** Comes when all rows are in: the next revision has the number after `head`. */
  finish(head: number): Promise<void>
}

/** One form of the database, for those who look after it as a whole. */
export interface Upkeep {
  /**
   * Reads only. Throws where there is no database, or one of another schema than this program's. `own`: throws too
   * where another process serves it, and none can meanwhile, in the form of which one process is the owner.
   */
  atMoment<T>(act: (moment: Moment) => Promise<T>, options: { own: boolean }): Promise<T>
  /** Creates and migrates what is not there. */
  fill<T>(act: (filling: Filling) => Promise<T>): Promise<T>
  /** Into a file, which `replace` says may be there. */
  backup(file: string, options: { readonly replace: boolean }): Promise<BackedUp>
}

export type BackedUp =
  | { readonly outcome: 'written'; readonly revision: number; readonly bytes: number }
  /** Nothing was written; why, and what to do, in words. */
  | { readonly outcome: 'refused'; readonly reason: string }
