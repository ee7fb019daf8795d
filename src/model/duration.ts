const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** Milliseconds of a well-formed Gateway API duration (GEP-2257): "1m30s" is 90,000. */
export function durationMilliseconds(text: string): number {
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|h|m|s)/g)) {
    total += Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
  }
  return total
}
