import { setImmediate } from 'node:timers/promises'

/** Items that are worked on before others get their turn: about a millisecond of parsing. */
const TURN = 20

/** `map` over items that take a while, without holding up the event loop for longer than a few of them do. */
export async function inTurns<T, U>(items: Iterable<T>, map: (item: T) => U): Promise<U[]> {
  const results: U[] = []
  for (const item of items) {
    results.push(map(item))
    if (results.length % TURN === 0) await setImmediate()
  }
  return results
}
