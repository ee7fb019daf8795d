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
