import type { TrafficCell } from '../../model/traffic.ts'
import { fitted, summed } from './fitted.ts'
import type { Span, TrafficDatabase, TrafficRows } from './rows.ts'
import { CELLS_OF_A_SPAN, HOUR, MINUTES_KEPT, type TrafficBatch, type TrafficQuery } from './traffic.ts'

/** In milliseconds: whoever has added nothing for so long does not send a batch again. */
const WRITERS_KEPT = 24 * HOUR

/** What the store does with traffic, for all forms of the database alike. */
export function trafficOperations(database: TrafficDatabase) {
  return {
    addTraffic: ({ writer, number, cells }: TrafficBatch): Promise<boolean> =>
      database.transaction(async rows => {
        if (!(await rows.begin(writer, number))) return false
        await put(rows, 'minute', cells)
        return true
      }),
    readTraffic: (query: TrafficQuery) => database.read(query),
    /** A little of `tidy`: one minute, or one hour. `isDone`: there was no more to do. */
    tidyTrafficSlice: (keep: number): Promise<{ deleted: number; isDone: boolean }> =>
      database.transaction(async rows => {
        const now = await rows.now()
        const minute = await rows.oldest('minute', hourOf(now - MINUTES_KEPT))
        if (minute !== undefined) return { deleted: await rollUp(rows, minute), isDone: false }
        const hour = await rows.oldest('hour', Math.max(0, now - keep))
        if (hour !== undefined) return { deleted: await rows.remove('hour', hour), isDone: false }
        await rows.forgetWriters(now - WRITERS_KEPT)
        return { deleted: 0, isDone: true }
      }),
  }
}

async function rollUp(rows: TrafficRows, minute: number): Promise<number> {
  const cells = await rows.take('minute', minute)
  await put(
    rows,
    'hour',
    cells.map(cell => ({ ...cell, minute: hourOf(minute) })),
  )
  return cells.length
}

async function put(rows: TrafficRows, span: Span, cells: readonly TrafficCell[]): Promise<void> {
  for (const [start, given] of byStart(cells)) {
    const ofSpan = summed(given)
    const room = CELLS_OF_A_SPAN - (await rows.count(span, start))
    // Mostly there is room, whether the cells are there already or not.
    const fitting = ofSpan.length <= room ? ofSpan : fitted(ofSpan, await rows.keys(span, start), room)
    await rows.put(span, fitting)
  }
}

function byStart(cells: readonly TrafficCell[]): Map<number, TrafficCell[]> {
  const starts = new Map<number, TrafficCell[]>()
  for (const cell of cells) {
    const ofSpan = starts.get(cell.minute) ?? []
    starts.set(cell.minute, ofSpan)
    ofSpan.push(cell)
  }
  return starts
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR) * HOUR
}
