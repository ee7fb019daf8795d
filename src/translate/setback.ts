import type { Setback } from '../locality/candidate.ts'
import { type Place, placeName, zoneKey } from '../locality/place.ts'
import { DEFAULT_WHEN_STALE } from '../model/control.ts'
import type { Surroundings } from './surroundings.ts'

type Read = Pick<Surroundings, 'drains' | 'staleSources' | 'sourceSettings'>

/** Why endpoints of a source in a zone stand behind all others. Of several reasons the one that puts them last. */
export function setbacksOf(source: string, surroundings: Read): (place: Place) => Setback | undefined {
  const stale = staleness(source, surroundings)
  if (stale?.isDropped || surroundings.drains.isEmpty()) return () => stale
  return place => drainOf(place, surroundings) ?? stale
}

function staleness(source: string, { staleSources, sourceSettings }: Read): Setback | undefined {
  const stale = staleSources.get(source)
  const { whenStale = DEFAULT_WHEN_STALE } = sourceSettings.get(source) ?? {}
  if (stale === undefined || whenStale === 'keep') return undefined
  const reason = `source ${source} is silent, it was last heard at ${stale.heardAt}`
  return { kind: 'stale', isDropped: whenStale === 'drop', reason }
}

function drainOf(place: Place, { drains }: Read): Setback | undefined {
  const drain = place.zone === '' ? undefined : drains.get(zoneKey(place))
  if (drain === undefined) return undefined
  const why = drain.reason === undefined ? '' : ` (${drain.reason})`
  return { kind: 'drained', isDropped: false, reason: `zone ${placeName(place)} is drained${why}` }
}
