import { isKnownZone, type TrafficCell } from '../../model/traffic.ts'
import { roundedShare } from '../rounded-share.ts'

/** Requests between two zones; '' is a zone that is not known. */
export type ZonePair = Pick<TrafficCell, 'from' | 'to' | 'requests' | 'errors'>

export interface TrafficTotals {
  readonly requests: number
  readonly errors: number
  /** Of the requests from zones that are known, 0 to 1, those that stay there; null where there are none. */
  readonly inZoneShare: number | null
}

export function totalsOf(pairs: Iterable<ZonePair>): TrafficTotals {
  let requests = 0
  let errors = 0
  let placed = 0
  let stay = 0
  for (const pair of pairs) {
    requests += pair.requests
    errors += pair.errors
    if (!isKnownZone(pair.from)) continue
    placed += pair.requests
    if (pair.from === pair.to) stay += pair.requests
  }
  return { requests, errors, inZoneShare: placed === 0 ? null : roundedShare(stay / placed) }
}
