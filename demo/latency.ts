/** The value below which `share` of the sorted-to-be values lie (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
