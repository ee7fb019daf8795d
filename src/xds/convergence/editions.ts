/** A stretch of editions in which the database never went back: they grow as its revisions do. */
interface History {
  /** Its first edition. */
  readonly first: number
  /** What an edition of it is larger than its revision. */
  readonly ahead: number
}

/**
 * Counts what the views come to show. Revisions may fall: a database that failed over to a copy has lost the newest,
 * and hands out their numbers again. Editions only grow, so that "later" has a meaning for streams and rounds: each
 * is above all that were shown before, and while the database does not go back it grows as the revision does.
 *
 * Edition 0 is revision 0: the database has none at all.
 */
export class Editions {
  /** The newest last. */
  readonly #histories: [History, ...History[]] = [{ first: 0, ahead: 0 }]
  #revision: number

  constructor(revision: number) {
    this.#revision = revision
  }

  /** The revision that the views show. */
  get revision(): number {
    return this.#revision
  }

  /** The edition that the views show. */
  get current(): number {
    return this.of(this.#revision)
  }

  /** The views show this revision now. One that is not above the last begins another history. */
  show(revision: number): void {
    if (revision <= this.#revision && this.#revision > 0) {
      const first = this.current + 1
      this.#histories.push({ first, ahead: first - revision })
    }
    this.#revision = revision
  }

  /** The edition at which a revision of the newest history was shown, or will be. */
  of(revision: number): number {
    return revision + this.#history(Number.POSITIVE_INFINITY).ahead
  }

  /** The revision, of whatever history, that an edition showed. */
  revisionOf(edition: number): number {
    return edition - this.#history(edition).ahead
  }

  #history(edition: number): History {
    return this.#histories.findLast(one => one.first <= edition) ?? this.#histories[0]
  }
}
