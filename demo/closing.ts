/** What was opened, closed in reverse order: whoever opens something adds the way to close it. */
export class Closing {
  readonly #ways: (() => Promise<unknown>)[] = []

  add<T extends { stop(): Promise<unknown> }>(opened: T): T {
    this.#ways.push(() => opened.stop())
    return opened
  }

  addWay(way: () => Promise<unknown>): void {
    this.#ways.push(way)
  }

  async close(): Promise<void> {
    for (let way = this.#ways.pop(); way; way = this.#ways.pop()) await way()
  }
}
