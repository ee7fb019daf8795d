import {
  DEFAULT_POLICY,
  type Distribution,
  type LocalityPolicy,
  type Setting,
  type ZoneWeight,
} from '../locality/locality-policy.ts'
import { type Place, zoneKey } from '../locality/place.ts'
import { namedZone } from '../locality/zone-reference.ts'
import type { LocalitySettings } from '../model/locality-settings.ts'

/** `locality` settings as somebody said them. */
export interface SaidLocality {
  readonly settings: LocalitySettings
  /** For people: "source east, revision 7". */
  readonly origin: string
}

/** Regions in which a zone of this name may be. */
export type RegionsOf = (zone: string) => readonly string[]

/** The settings that hold: of each field the first that says it. */
export function servicePolicy(said: readonly SaidLocality[], regionsOf: RegionsOf): LocalityPolicy {
  if (said.length === 0) return DEFAULT_POLICY
  const settingOf = <Field extends Exclude<keyof LocalitySettings, 'distribute'>>(
    field: Field,
  ): Setting<NonNullable<LocalitySettings[Field]>> => {
    const first = said.find(({ settings }) => settings[field] !== undefined)
    const value = first?.settings[field]
    return value === undefined
      ? (DEFAULT_POLICY[field] as Setting<NonNullable<LocalitySettings[Field]>>)
      : { value, origin: first?.origin }
  }
  const notes: string[] = []
  return {
    mode: settingOf('mode'),
    headroom: settingOf('headroom'),
    minEndpoints: settingOf('minEndpoints'),
    spillover: settingOf('spillover'),
    failover: settingOf('failover'),
    preferSource: settingOf('preferSource'),
    distribute: distributeOf(said, regionsOf, notes),
    notes,
  }
}

function distributeOf(
  said: readonly SaidLocality[],
  regionsOf: RegionsOf,
  notes: string[],
): LocalityPolicy['distribute'] {
  const first = said.find(({ settings }) => settings.distribute !== undefined)
  const rules = first?.settings.distribute
  if (first === undefined || rules === undefined) return DEFAULT_POLICY.distribute
  const places = new Map<string, Place | undefined>()
  // Each zone is named by many rules: it is looked for once, and what is wrong with it is said once.
  const place = (reference: string) => {
    if (!places.has(reference)) places.set(reference, placeOf(reference, regionsOf, first.origin, notes))
    return places.get(reference)
  }
  const distributions = new Map<string, Distribution>()
  // Of a zone that is named with its region and without, the rule with the region holds: it comes last.
  const bareFirst = [...rules].sort((a, b) => Number(a.from.includes('/')) - Number(b.from.includes('/')))
  for (const { from, to } of bareFirst) {
    const zone = place(from)
    if (zone !== undefined) distributions.set(zoneKey(zone), { from: zone, to: weightsOf(to, place) })
  }
  return { value: distributions, origin: first.origin }
}

/** A zone that is named both ways has both shares. */
function weightsOf(
  to: Readonly<Record<string, number>>,
  place: (reference: string) => Place | undefined,
): ZoneWeight[] {
  const weights = new Map<string, ZoneWeight>()
  for (const [reference, share] of Object.entries(to)) {
    const zone = place(reference)
    if (zone === undefined) continue
    const weight = share + (weights.get(zoneKey(zone))?.weight ?? 0)
    weights.set(zoneKey(zone), { ...zone, weight })
  }
  return [...weights.values()]
}

/** The zone that "region/zone" or "zone" names; undefined, and a note, where it may be one of several. */
function placeOf(
  reference: string,
  regionsOf: RegionsOf,
  origin: string,
  notes: string[],
): Place | undefined {
  const place = namedZone(reference, regionsOf)
  if (place !== undefined) return place
  const names = regionsOf(reference)
    .map(region => `${region}/${reference}`)
    .join(' or ')
  notes.push(
    `distribute names zone ${reference}, which several regions have (${origin}): say ${names}; it is passed over`,
  )
  return undefined
}
