import { sum } from './sum.ts'

/**
 * Whole numbers that are to each other as the shares are and sum to the total: Hamilton's method of largest
 * remainders. The shares sum to 1; equal remainders go in the order given. Each result is less than 1 away from its
 * share of the total, so a share of next to nothing may become 0.
 */
export function apportion(shares: readonly number[], total: number): number[] {
  const exact = shares.map(share => share * total)
  const whole = exact.map(Math.floor)
  const remainder = (index: number) => (exact[index] as number) - (whole[index] as number)
  const left = total - sum(whole)
  const raised = new Set([...shares.keys()].sort((a, b) => remainder(b) - remainder(a)).slice(0, left))
  return whole.map((one, index) => (raised.has(index) ? one + 1 : one))
}
