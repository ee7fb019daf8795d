/** So many times the median of its peers a proxy is believed to send at most. */
const MOST = 3

/**
 * The rates of proxies that do the same in the same zone, each as far as it is believed: proxies say themselves what
 * they send, and one that lies must not move the requests of all. Peers that send nothing do not count (they may stand
 * by), and of two nobody can tell who lies.
 */
export function believedRates(rates: readonly number[]): number[] {
  const busy = rates.filter(rate => rate > 0).sort((a, b) => a - b)
  if (busy.length < 3) return [...rates]
  return rates.map(rate => Math.min(rate, MOST * medianWithout(busy, rate)))
}

/** Of the others in a sorted list. */
function medianWithout(sorted: readonly number[], value: number): number {
  const own = sorted.indexOf(value)
  const other = (index: number) => sorted[own >= 0 && index >= own ? index + 1 : index] ?? 0
  const others = own < 0 ? sorted.length : sorted.length - 1
  return (other((others - 1) >> 1) + other(others >> 1)) / 2
}
