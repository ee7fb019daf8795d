/** A share of 1 in a table; "-" where there is none to tell. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 1000) / 10}%`
}
