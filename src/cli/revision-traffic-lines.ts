import type { Shares } from '../operations/traffic/effect.ts'
import type { RevisionTraffic } from '../operations/traffic/revision-traffic.ts'
import { percent } from './percent.ts'
import { printable, type Terminal, table } from './terminal.ts'

/** For people: what was to come of a revision, and what came. */
export function revisionTrafficLines(answer: RevisionTraffic, { tone }: Pick<Terminal, 'tone'>): string[] {
  const { revision, createdAt, windows, inZoneShare, items, total } = answer
  const head = printable(`revision ${revision} of ${createdAt}`)
  if (items.length === 0) return [head, 'it changed no service, and moved no requests']
  const measured =
    windows.after === null ? 'nothing yet after' : `${windows.after.from} to ${windows.after.to} after`
  const [header = '', ...rows] = table(
    ['SERVICE', 'IN ZONE, PREDICTED', 'MEASURED', 'REQUESTS', 'MOVED'],
    items.map(({ service, before, after, moved }) => [
      service,
      change(before.predicted, after.predicted),
      change(before.measured, after.measured),
      `${before.requests} → ${after.requests}`,
      percent(moved),
    ]),
  )
  const more = total - items.length
  return [
    head,
    tone('faint', printable(`measured: ${windows.before.from} to ${windows.before.to} before, ${measured}`)),
    ...(isKnown(inZoneShare.before) || isKnown(inZoneShare.after)
      ? [
          `in zone: predicted ${change(inZoneShare.before.predicted, inZoneShare.after.predicted)}, ` +
            `measured ${change(inZoneShare.before.measured, inZoneShare.after.measured)}`,
        ]
      : []),
    '',
    tone('faint', header),
    ...rows,
    ...(more > 0 ? [tone('faint', `… and ${more} more; --limit shows them`)] : []),
  ]
}

function isKnown({ predicted, measured }: Shares): boolean {
  return predicted !== null || measured !== null
}

function change(before: number | null, after: number | null): string {
  return `${percent(before)} → ${percent(after)}`
}
