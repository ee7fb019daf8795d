import type { TrafficCell } from '../../model/traffic.ts'
import type { TrafficQuery, TrafficSums } from './traffic.ts'

/** What a cell is of. Hours are cells, too, whose `minute` is when they began. */
export type Span = 'minute' | 'hour'

/** What the logic of this folder asks of a database, once for each form of it. */
export interface TrafficDatabase {
  /** All of `act` or nothing; one after the other. */
  transaction<T>(act: (rows: TrafficRows) => Promise<T>): Promise<T>
  /** All of one moment. */
  read(query: TrafficQuery): Promise<TrafficSums>
}

export interface TrafficRows {
  /** Of the database's clock, in milliseconds since the epoch. */
  now(): Promise<number>
  /** Notes that a batch is in; false where this one or a later one was. */
  begin(writer: string, batch: number): Promise<boolean>
  /** Writers that added nothing since. */
  forgetWriters(before: number): Promise<void>
  count(span: Span, start: number): Promise<number>
  /** By `cellKey`. */
  keys(span: Span, start: number): Promise<ReadonlySet<string>>
  /** Adds to what is there; no key is there twice. */
  put(span: Span, cells: readonly TrafficCell[]): Promise<void>
  /** When the oldest span with cells began, if before. */
  oldest(span: Span, before: number): Promise<number | undefined>
  /** Deletes the cells of one span, and tells them. */
  take(span: Span, start: number): Promise<TrafficCell[]>
  /** Deletes the cells of one span; how many there were. */
  remove(span: Span, start: number): Promise<number>
}

/** What tells cells of one span apart. No part of it can have a line break. */
export function cellKey({ service, from, to }: Pick<TrafficCell, 'service' | 'from' | 'to'>): string {
  return `${service}\n${from}\n${to}`
}
