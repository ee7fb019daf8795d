import type { Send } from './sent-ahead.ts'

const SLICE_ROWS = 10_000
const SLICE_SIZE = 4_000_000

/** One statement after the other over many rows: no message to the database is larger than some megabytes. */
export async function inSlices<T>(
  rows: readonly T[],
  sizeOf: (row: T) => number,
  act: (slice: readonly T[]) => PromiseLike<unknown>,
  send: Send,
): Promise<void> {
  let from = 0
  while (from < rows.length) {
    let to = from
    let size = 0
    while (to < rows.length && to - from < SLICE_ROWS && size < SLICE_SIZE) {
      size += sizeOf(rows[to] as T)
      to += 1
    }
    const statement = act(rows.slice(from, to))
    // Never more than one of them waits in memory.
    await (to < rows.length ? statement : send(statement))
    from = to
  }
}
