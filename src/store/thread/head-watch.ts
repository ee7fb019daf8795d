import type { Position } from '../../model/change.ts'

/**
 * Finds out where the database stands whenever it may have moved, and tells every other position. One question after
 * the other, so that an answer is never older than the one before: a head that fell did fall.
 */
export class HeadWatch {
  readonly #position: () => Promise<Position>
  readonly #tell: (head: Position) => void
  #known: Position | undefined
  #isDue = false
  #looking: Promise<void> | undefined

  constructor(position: () => Promise<Position>, tell: (head: Position) => void) {
    this.#position = position
    this.#tell = tell
  }

  /** Resolves when what was true at the call is told. */
  look(): Promise<void> {
    this.#isDue = true
    this.#looking ??= this.#lookWhileDue().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookWhileDue(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false
      const head = await this.#position()
      if (head.revision === this.#known?.revision && head.stamp === this.#known.stamp) continue
      this.#known = head
      this.#tell(head)
    }
  }
}
