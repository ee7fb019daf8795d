import { sum } from '../../locality/sum.ts'
import { isKnownZone } from '../../model/traffic.ts'
import { priceBetween, type TrafficPrices } from '../../model/traffic-prices.ts'
import type { ZonePair } from './totals.ts'

/** What requests come to by the bytes that their services state for one of them. */
export interface Estimate {
  readonly bytes: number
  /** Those that leave a zone. */
  readonly crossZoneBytes: number
  /** In the currency of the prices; null where the server knows no prices. */
  readonly cost: number | null
}

/** Prices are of so many bytes. */
const GIGABYTE = 1e9

/** Of requests to one service; null where it does not state its bytes. */
export function estimateOf(
  { from, to, requests }: ZonePair,
  bytesPerRequest: number | undefined,
  prices: TrafficPrices | undefined,
): Estimate | null {
  if (bytesPerRequest === undefined) return null
  const bytes = requests * bytesPerRequest
  const leaves = from !== to && isKnownZone(from) && isKnownZone(to)
  const cost = prices === undefined ? null : (bytes / GIGABYTE) * priceBetween(prices, from, to)
  return { bytes, crossZoneBytes: leaves ? bytes : 0, cost }
}

/** Of those that there are; null where there are none. */
export function estimateSum(estimates: Iterable<Estimate | null>): Estimate | null {
  const known = [...estimates].filter(one => one !== null)
  if (known.length === 0) return null
  const costs = known.flatMap(({ cost }) => cost ?? [])
  return {
    bytes: sum(known.map(one => one.bytes)),
    crossZoneBytes: sum(known.map(one => one.crossZoneBytes)),
    cost: costs.length === 0 ? null : sum(costs),
  }
}
