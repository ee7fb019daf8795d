import { pushOf, type ServerFigures } from '../compare/figures.ts'
import { OURS } from '../compare/ratios.ts'

/** What one more stream costs. */
export interface Slopes {
  readonly memoryKiB: number
  readonly readyCpuMs: number
  /** Of a push of one changed service, and of 100. */
  readonly pushCpuUs: number
  readonly pushHundredCpuUs: number
}

/** Of Vicinity, over all numbers of streams; undefined for less than two. */
export function slopesOf(figures: readonly ServerFigures[]): Slopes | undefined {
  const ours = figures.filter(one => one.server === OURS)
  if (ours.length < 2) return undefined
  const slope = (of: (one: ServerFigures) => number | undefined) =>
    slopeThrough(ours.map(one => [one.workload.streams, of(one) ?? 0]))
  return {
    memoryKiB: slope(one => one.rssMiB.ready) * 1024,
    readyCpuMs: slope(one => one.ready.cpuSeconds) * 1e3,
    pushCpuUs: slope(one => pushOf(one, 1)?.cpuSeconds) * 1e6,
    pushHundredCpuUs: slope(one => pushOf(one, 100)?.cpuSeconds) * 1e6,
  }
}

/** Of the straight line through points that has the least squares. */
function slopeThrough(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(one => one[0]), mean(one => one[1])]
  return (
    points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0) /
    points.reduce((sum, [px]) => sum + (px - x) ** 2, 0)
  )
}
