import { OTHER_SERVICES, OTHER_ZONES, type TrafficCell } from '../../model/traffic.ts'
import { cellKey } from './rows.ts'

/** The most pairs of zones that are told apart of services that are not. */
const OTHER_PAIRS = 1_000

/**
 * Cells of one span, of which at most `room` are new to it: those with the most requests, the others in the sums of
 * `OTHER_SERVICES`. So nothing that is counted is lost, and the table stays small whatever services and zones are
 * reported.
 */
export function fitted(
  cells: readonly TrafficCell[],
  known: ReadonlySet<string>,
  room: number,
): readonly TrafficCell[] {
  const isKnown = (cell: TrafficCell) => known.has(cellKey(cell))
  const fresh = cells.filter(cell => !isKnown(cell)).sort((a, b) => b.requests - a.requests)
  if (fresh.length <= room) return cells
  const kept = new Set(fresh.slice(0, Math.max(0, room)))
  const pairs = new Set([...known].filter(key => key.startsWith(`${OTHER_SERVICES}\n`)))
  return summed(cells.map(cell => (kept.has(cell) || isKnown(cell) ? cell : ofOthers(cell, pairs))))
}

function ofOthers(cell: TrafficCell, pairs: Set<string>): TrafficCell {
  const other = { ...cell, service: OTHER_SERVICES }
  const isTold = pairs.has(cellKey(other)) || pairs.size < OTHER_PAIRS
  if (!isTold) return { ...other, from: OTHER_ZONES, to: OTHER_ZONES }
  pairs.add(cellKey(other))
  return other
}

/** Cells of one span, each key once. */
export function summed(cells: Iterable<TrafficCell>): TrafficCell[] {
  const sums = new Map<string, TrafficCell>()
  for (const cell of cells) {
    const key = cellKey(cell)
    const { requests = 0, errors = 0 } = sums.get(key) ?? {}
    sums.set(key, { ...cell, requests: cell.requests + requests, errors: cell.errors + errors })
  }
  return [...sums.values()]
}
