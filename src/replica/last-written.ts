/**
 * The last revision that a chore wrote, as far as it may still come: rows are judged again only when it is here.
 */
export class LastWritten {
  #written = 0
  #seen = 0

  /** Something was written, as long as the database did not go back behind it. */
  get isAny(): boolean {
    return this.#written > 0
  }

  /** The replica shows this revision now. */
  shows(revision: number): void {
    // The database went back: what was written last may be lost, and does not come any more.
    if (revision < this.#seen) this.#written = Math.min(this.#written, revision)
    this.#seen = revision
  }

  /** `revision`: null where nothing had to be changed. */
  wrote(revision: number | null): void {
    this.#written = revision ?? this.#written
  }

  /** It is still on its way to who shows this revision. */
  isAheadOf(revision: number): boolean {
    return revision < this.#written
  }
}
