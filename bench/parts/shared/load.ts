import { loadavg } from 'node:os'

/** Asked for by `npm run bench:quick`: fewer sizes and repetitions. */
export const IS_QUICK = process.env.BENCH_QUICK === '1'

/** What others did on the machine meanwhile: how far wall times may be trusted. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10
}

export function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** The straight line through points that has the least squares. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): {
  readonly slope: number
  readonly at0: number
} {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(one => one[0]), mean(one => one[1])]
  const slope =
    points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0) /
    points.reduce((sum, [px]) => sum + (px - x) ** 2, 0)
  return { slope, at0: y - slope * x }
}
