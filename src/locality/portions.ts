import type { Candidate } from './assignment.ts'
import { zoneKey } from './place.ts'

/**
 * How the requests of each priority are shared out between its endpoints: by their weights, or first between zones by
 * theirs. A zone without endpoints at a priority has no share of it.
 */
export class Portions {
  /** By priority, in which zones with a weight of their own stand apart: the sum of its endpoints' weights. */
  readonly #sums = new Map<string, number>()
  /** By priority: the sum of its zones' weights. */
  readonly #zoneSums = new Map<number, number>()
  readonly #zoneWeights: ReadonlyMap<string, number> | undefined

  constructor(
    standing: ReadonlyMap<Candidate, number>,
    zoneWeights: ReadonlyMap<string, number> | undefined,
  ) {
    this.#zoneWeights = zoneWeights
    for (const [candidate, priority] of standing) {
      const group = this.#groupOf(candidate, priority)
      const sum = this.#sums.get(group)
      this.#sums.set(group, (sum ?? 0) + candidate.weight)
      if (sum !== undefined) continue
      this.#zoneSums.set(priority, (this.#zoneSums.get(priority) ?? 0) + this.#zoneWeightOf(candidate))
    }
  }

  /** 0 to 1; those of a priority sum to 1. */
  of(candidate: Candidate, priority: number): number {
    const within = candidate.weight / (this.#sums.get(this.#groupOf(candidate, priority)) ?? 1)
    return within * (this.#zoneWeightOf(candidate) / (this.#zoneSums.get(priority) ?? 1))
  }

  #groupOf(candidate: Candidate, priority: number): string {
    if (this.#zoneWeights === undefined) return String(priority)
    const key = zoneKey(candidate)
    return this.#zoneWeights.has(key) ? `${priority}/${key}` : String(priority)
  }

  /** Zones that are not named stand together, behind all that are. */
  #zoneWeightOf(candidate: Candidate): number {
    return this.#zoneWeights?.get(zoneKey(candidate)) ?? 1
  }
}
