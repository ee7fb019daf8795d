import type { Position } from '../../model/change.ts'
import type { Head } from './followed-feed.ts'

/**
 * Finds out where the database stands whenever it may have moved, and tells every other position. One question after
 * the other, so that an answer is never older than the one before: a head that fell did fall.
 */
export class HeadWatch {
  readonly #head: () => Promise<Head>
  readonly #tell: (head: Head) => void
  #known: Position | undefined
  #isDue = false
  /** The highest revision that was heard of since the last question was asked. */
  #heard: number | undefined
  #looking: Promise<void> | undefined

  constructor(head: () => Promise<Head>, tell: (head: Head) => void) {
    this.#head = head
    this.#tell = tell
  }

  /**
   * Resolves when what was true at the call is told. Whoever has heard of a revision says so: what this process wrote
   * itself it hears of when it has told it.
   */
  look(revision?: number): Promise<void> {
    if (revision === undefined) this.#isDue = true
    else this.#heard = Math.max(this.#heard ?? 0, revision)
    this.#looking ??= this.#lookWhileDue().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookWhileDue(): Promise<void> {
    while (this.#isDue || (this.#heard ?? this.#known?.revision) !== this.#known?.revision) {
      this.#isDue = false
      this.#heard = undefined
      const head = await this.#head()
      const { revision, stamp } = head.position
      if (revision === this.#known?.revision && stamp === this.#known.stamp) continue
      this.#known = head.position
      this.#tell(head)
    }
    this.#heard = undefined
  }
}
