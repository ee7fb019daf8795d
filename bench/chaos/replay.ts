import type { Part } from '../../src/model/entry.ts'
import type { Revision } from '../../src/store/store.ts'
import type { Finding } from './findings.ts'
import type { Ledger, Sent } from './ledger.ts'
import { after, NEVER_PUSHED, type PartModel } from './part-model.ts'

/**
 * Goes through the history and does again what was pushed: each revision must be what somebody pushed on what stood
 * before. What was acknowledged must be there as it was answered; what has an unknown outcome may be there, once.
 */
export class Replay {
  readonly #ledger: Ledger
  readonly #parts = new Map<string, PartModel>()
  readonly #rows = new Map<number, Revision>()
  readonly #done = new Set<Sent>()
  /** Pushes that nobody acknowledged and that were done all the same. */
  landed = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** What the part is by what was pushed. */
  part(source: string, part: Part): PartModel {
    return this.#parts.get(`${source} ${part}`) ?? NEVER_PUSHED
  }

  /** Goes through a history from its beginning, when nothing is under way. Returns what is wrong with it. */
  go(history: readonly Revision[]): Finding[] {
    const acknowledged = this.#acknowledgedByRevision()
    const findings: Finding[] = []
    for (const [index, row] of history.entries()) {
      const before = history[index - 1]?.revision ?? 0
      if (row.revision !== before + 1)
        findings.push(finding('hole in the history', `${row.revision} follows ${before}`))
      this.#rows.set(row.revision, row)
      findings.push(...this.#redo(row, acknowledged.get(row.revision)))
    }
    return [...findings, ...this.#lost()]
  }

  #redo(row: Revision, acknowledged: Sent | undefined): Finding[] {
    const { source, part, digest, revision } = row
    // What Vicinity finds out by itself is no push.
    if (part === 'control' || part === 'both' || source === null) return []
    const before = this.part(source, part)
    const candidates = acknowledged === undefined ? this.#open(source, part) : [acknowledged]
    const sent = candidates.find(one => after(before, one).digest === digest)
    if (sent === undefined) {
      const who = acknowledged === undefined ? 'nobody pushed it' : 'not what was acknowledged'
      return [finding('revision of unknown content', `${revision} (${source} ${part} ${digest}): ${who}`)]
    }
    this.#done.add(sent)
    if (acknowledged === undefined) this.landed += 1
    this.#parts.set(`${source} ${part}`, after(before, sent))
    if (sent.ifMatch === undefined || sent.ifMatch === before.digest) return []
    const detail = `${revision} (${source} ${part}) was to replace ${sent.ifMatch}, and replaced ${before.digest}`
    return [finding('update lost in spite of If-Match', detail)]
  }

  #open(source: string, part: Part): Sent[] {
    return this.#ledger.sent.filter(
      one =>
        one.outcome.is === 'unknown' && one.source === source && one.part === part && !this.#done.has(one),
    )
  }

  #acknowledgedByRevision(): Map<number, Sent> {
    const found = new Map<number, Sent>()
    for (const sent of this.#ledger.sent) {
      const { outcome } = sent
      if (outcome.is === 'acknowledged' && !outcome.unchanged) found.set(outcome.revision, sent)
    }
    return found
  }

  /** Acknowledged pushes that are not in the history with the digest that was answered. */
  #lost(): Finding[] {
    const findings: Finding[] = []
    for (const { outcome, source, part } of this.#ledger.sent) {
      if (outcome.is !== 'acknowledged') continue
      const row = this.#rows.get(outcome.revision)
      if (row?.source === source && row.part === part && row.digest === outcome.digest) continue
      const there = row ? `there stands ${row.source} ${row.part} ${row.digest}` : 'there is no such revision'
      findings.push(
        finding(
          'acknowledged push lost',
          `${outcome.revision} (${source} ${part} ${outcome.digest}): ${there}`,
        ),
      )
    }
    return findings
  }
}

function finding(kind: Finding['kind'], detail: string): Finding {
  return { kind, detail }
}
