const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** Milliseconds of a well-formed Gateway API duration (GEP-2257): "1m30s" is 90,000. */
export function durationMilliseconds(text: string): number {
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|h|m|s)/g)) {
    total += Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS]
  }
  return total
}

const AGE_UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of an age as flags and queries have it, "90d", "24h", "30m" or "10s"; undefined: it is none. */
export function ageMilliseconds(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,6})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * AGE_UNITS[unit as keyof typeof AGE_UNITS]
}

/** The other way, in the largest unit of which it is a whole number. */
export function ageText(milliseconds: number): string {
  const units = Object.entries(AGE_UNITS).reverse()
  const [unit, length] = units.find(([, one]) => milliseconds % one === 0) ?? ['s', 1_000]
  return `${milliseconds / length}${unit}`
}

/**
 * Milliseconds since the epoch of a time of RFC 3339, or of one so long ago: "-24h". undefined: it is neither, or no time
 * that there is.
 */
export function timeMilliseconds(text: string, now: number): number | undefined {
  if (text.startsWith('-')) {
    const age = ageMilliseconds(text.slice(1))
    return age === undefined ? undefined : now - age
  }
  const time = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
