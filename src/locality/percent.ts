/** A share of 1 for people, to a tenth of a per cent: "36.7 %". */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
