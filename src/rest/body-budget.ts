/** What one body has taken of the budget; `end` gives it back. */
export interface BodyLease {
  /** False: the budget is spent, and this body must wait its turn. */
  take(bytes: number): boolean
  end(): void
}

/** For bodies that are too small to count. */
export const UNBOUNDED: BodyLease = { take: () => true, end: () => {} }

/**
 * Bounds the memory of all bodies that are being read or parsed at once: a hundred syncers that start together must
 * not need a hundred times the memory of one. Larger than any one body, so that a lone one always fits, and beside the
 * largest there is room for others.
 */
export class BodyBudget {
  #left: number

  constructor(bytes = 384 * 1024 * 1024) {
    this.#left = bytes
  }

  lease(): BodyLease {
    let taken = 0
    return {
      take: bytes => {
        if (bytes > this.#left) return false
        this.#left -= bytes
        taken += bytes
        return true
      },
      end: () => {
        this.#left += taken
        taken = 0
      },
    }
  }
}
