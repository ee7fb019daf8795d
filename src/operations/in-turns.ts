import { setImmediate } from 'node:timers/promises'

/** Milliseconds of work after which others get their turn. */
const TURN = 2

/** The turns of something long that is done in steps. */
export class Turns {
  #began = performance.now()

  /** To be awaited between two steps: others get their turn when it is time. */
  async between(): Promise<void> {
    if (performance.now() - this.#began < TURN) return
    await setImmediate()
    this.#began = performance.now()
  }
}

/** `map` over items that take a while, without holding up the event loop for much longer than one of them does. */
export async function inTurns<T, U>(items: Iterable<T>, map: (item: T) => U): Promise<U[]> {
  const results: U[] = []
  const turns = new Turns()
  for (const item of items) {
    results.push(map(item))
    await turns.between()
  }
  return results
}
