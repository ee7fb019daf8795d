/** Sums of shares are off by less than people, or sorting, should see. */
export function roundedShare(share: number): number {
  return Math.round(share * 1e6) / 1e6
}
