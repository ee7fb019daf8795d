import { LEASE_GAP, type Tenure } from '../store.ts'
import type { Leases } from '../versions/statements.ts'

interface Row {
  readonly holder: string
  readonly until: number
  readonly since: number
}

/** The process that owns the file is the only one that could ask. */
export class LeasesInMemory implements Leases {
  readonly #rows = new Map<string, Row>()

  async take(name: string, holder: string, duration: number): Promise<Tenure | null> {
    const now = Date.now()
    const until = now + duration
    const row = this.#rows.get(name)
    // It runs out later than it can only where the clock was set back.
    const isOfLater = row !== undefined && row.until > until
    if (row && row.holder !== holder && row.until > now && !isOfLater) return null
    const isUnbroken = row !== undefined && !isOfLater && row.until + LEASE_GAP >= now
    const since = isUnbroken ? row.since : now
    this.#rows.set(name, { holder, until, since })
    return { since: new Date(since).toISOString(), now: new Date(now).toISOString() }
  }

  async release(name: string, holder: string): Promise<void> {
    const row = this.#rows.get(name)
    if (row?.holder === holder) this.#rows.set(name, { ...row, holder: '', until: Date.now() })
  }
}
