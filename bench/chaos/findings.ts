/** What must not be. */
export const MUST_NOT_BE = [
  'acknowledged push lost',
  'update lost in spite of If-Match',
  'revision of unknown content',
  'part differs from the model',
  'hole in the history',
  'history of two kinds',
  'revision out of order',
  'revision went back',
  'no convergence',
  'replicas differ',
  'Envoy differs from a fresh one',
  'sent as gone, and still there',
  'request failed through Envoy',
  'push answered wrongly',
  'read answered wrongly',
  'somebody else wrote',
  'a replica ended by itself',
  'a replica did not start',
  'SIGTERM did not end it with 0',
  'said outside of the log',
  'error in a log',
  'connection leaked',
  'memory',
  'the harness failed',
] as const

export interface Finding {
  readonly kind: (typeof MUST_NOT_BE)[number]
  readonly detail: string
}

/** Of each kind the first few are kept. */
const KEPT = 20
const LONGEST = 4_000

/** Everything that was found to be wrong. */
export class Findings {
  readonly kept: (Finding & { readonly at: string })[] = []
  readonly #counts = new Map<Finding['kind'], number>()
  readonly #seen = new Set<string>()

  /** The same again is nothing new: it is looked at in every quiet phase. */
  add(kind: Finding['kind'], detail: string): void {
    const key = `${kind}: ${detail}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#counts.set(kind, this.count(kind) + 1)
    if (this.count(kind) <= KEPT)
      this.kept.push({ at: new Date().toISOString(), kind, detail: detail.slice(0, LONGEST) })
  }

  addAll(found: readonly Finding[]): void {
    for (const { kind, detail } of found) this.add(kind, detail)
  }

  count(kind: Finding['kind']): number {
    return this.#counts.get(kind) ?? 0
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }
}
