import type { EntryKey } from '../model/entry.ts'
import type { Store } from '../store/store.ts'
import type { PreparedPart } from './intake/prepared.ts'
import { type Refusal, refuse } from './refusal.ts'

/**
 * The parts, with the zones to remove by the names of their entries: a zone with a region is the entry "region/zone", but
 * whoever pushed `{"zone": "zone-a", "region": "r1"}` calls it zone-a. Of several regions the patch must say which.
 */
export async function nameRemovedZones(
  store: Store,
  source: string,
  parts: readonly PreparedPart[],
): Promise<readonly PreparedPart[] | Refusal> {
  const remove = parts.flatMap(part => part.remove)
  if (!remove.some(isBareZone)) return parts
  const zones = await store.entries({ kinds: ['Zone'] })
  if (!Array.isArray(zones)) return parts
  const standing = zones.filter(zone => zone.source === source).map(zone => zone.name)
  const problems = remove.filter(isBareZone).flatMap(({ name }) => {
    const names = namesOf(name, standing)
    if (names.length < 2) return []
    return [{ pointer: '/remove', detail: `zone ${name} is in several regions: say ${names.join(' or ')}` }]
  })
  if (problems.length > 0) {
    return refuse('invalid', 'the document says what must not be; nothing was stored', problems)
  }
  const named = (key: EntryKey) =>
    isBareZone(key) ? { ...key, name: namesOf(key.name, standing)[0] ?? key.name } : key
  return parts.map(part => ({ ...part, remove: part.remove.map(named) }))
}

function isBareZone({ kind, name }: EntryKey): boolean {
  return kind === 'Zone' && !name.includes('/')
}

/** A zone without a region is meant before all others. */
function namesOf(zone: string, standing: readonly string[]): readonly string[] {
  return standing.includes(zone) ? [zone] : standing.filter(name => name.endsWith(`/${zone}`))
}
