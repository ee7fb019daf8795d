import type { Column } from './columns.ts'
import type { ServerFigures } from './figures.ts'

/** Over runs. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

export const OURS = 'vicinity'

/** Of an even number of values the lower of the two in the middle is none: their mean. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) return undefined
  const middle = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(middle)] ?? min, sorted[Math.ceil(middle)] ?? max]
  return { median: (low + high) / 2, min, max, runs: sorted.length }
}

/** What a server showed of a column, over its runs. */
export function spreadOfServer(column: Column, figures: readonly ServerFigures[], server: string) {
  return spreadOf(figures.filter(one => one.server === server).flatMap(one => column.of(one) ?? []))
}

/**
 * Vicinity to the best of the peers, each run for itself: what happened on the machine meanwhile concerns both. A run
 * in which either has no figure has no ratio.
 */
export function ratioOf(column: Column, figures: readonly ServerFigures[]): Spread | undefined {
  const runs = [...new Set(figures.map(one => one.run))]
  return spreadOf(
    runs.flatMap(run => {
      const ofRun = figures.filter(one => one.run === run)
      const ours = ofRun.filter(one => one.server === OURS).flatMap(one => column.of(one) ?? [])
      const peers = ofRun.filter(one => one.server !== OURS).flatMap(one => column.of(one) ?? [])
      const best = Math.min(...peers)
      return ours[0] === undefined || peers.length === 0 || best <= 0 ? [] : [ours[0] / best]
    }),
  )
}
