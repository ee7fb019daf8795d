import type { Commit } from '../../model/change.ts'
import { processTime } from '../../process-time.ts'

/** More than are ever read at once. */
const LIMIT = 1_024

/** When this process committed its last revisions, to the point. */
export class OwnCommits {
  readonly #times = new Map<number, number>()

  /** It was committed just now; null: nothing was. */
  note(revision: number | null): void {
    if (revision === null) return
    // After a failover a number comes again, and counts as the newest.
    this.#times.delete(revision)
    this.#times.set(revision, processTime())
    if (this.#times.size <= LIMIT) return
    const [[oldest]] = this.#times as unknown as [[number]]
    this.#times.delete(oldest)
  }

  /** The later time is right: a commit comes after its number was given out, and a lost one before that. */
  refine(commits: readonly Commit[]): Commit[] {
    return commits.map(one => ({ ...one, at: Math.max(one.at, this.#times.get(one.revision) ?? one.at) }))
  }
}
