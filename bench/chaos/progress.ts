import type { Findings } from './findings.ts'
import { faultName } from './plan.ts'
import type { Stage } from './stage.ts'

/** What came of it, in numbers. */
export function figuresOf({ ledger, landed, proxies, replicas, load, feeds }: Stage) {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  return {
    revisions: Math.max(...feeds.map(({ rows }) => rows.length)),
    acknowledged: ledger.count('acknowledged'),
    refused: ledger.count('refused'),
    unknown: ledger.count('unknown'),
    unknownButDone: landed,
    requests: load?.result().sent ?? 0,
    streams: sum(proxies.map(({ received }) => received.streams)),
    resources: sum(proxies.map(({ received }) => received.resources)),
    starts: sum(replicas.map(({ counts }) => counts.starts)),
    failedStarts: sum(replicas.map(({ counts }) => counts.failedStarts)),
    warnings: sum(replicas.map(({ log }) => log.warnings)),
  }
}

/** Where things stand, in one line. */
export function progressLine(stage: Stage, findings: Findings, at: string, phase: string): string {
  const { ledger, feeds, load, faults, replicas } = stage
  const up = replicas.filter(({ isRunning }) => isRunning).length
  const revision = Math.max(...feeds.map(({ rows }) => rows.length))
  const sent = load?.result()
  return [
    at.padStart(6),
    phase.padEnd(9),
    `revision ${revision}`.padEnd(14),
    `acknowledged ${ledger.count('acknowledged')}`.padEnd(18),
    `replicas ${up}/${replicas.length}`,
    `requests ${sent?.sent ?? 0} (${sent?.failures.length ?? 0} failed)`.padEnd(26),
    findings.total > 0 ? `WRONG ${findings.total}` : '',
    [...faults].map(faultName).join(', '),
  ].join('  ')
}
