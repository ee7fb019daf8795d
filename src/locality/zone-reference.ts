import type { Place } from './place.ts'

/**
 * The zone that "region/zone" or "zone" names, given the regions that have a zone of that name; undefined where it may be
 * one of several. A zone without a region is meant before all others.
 */
export function namedZone(
  reference: string,
  regionsOf: (zone: string) => readonly string[],
): Place | undefined {
  const [first = '', second] = reference.split('/')
  if (second !== undefined) return { region: first, zone: second }
  const regions = regionsOf(first)
  if (regions.length < 2) return { region: regions[0] ?? '', zone: first }
  return regions.includes('') ? { region: '', zone: first } : undefined
}
