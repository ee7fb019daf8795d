import type { ServicePlace } from '../model/content.ts'
import type { Problem } from '../model/problem.ts'
import type { MergedService } from '../translate/merged-service.ts'
import type { World } from '../translate/world.ts'
import { inTurns } from './in-turns.ts'

/** The most names that a warning lists. */
const NAMES = 3

/**
 * The services of a push about which there may be something to say: those that other sources have too, and those of which
 * only endpoints were brought, which may not fit the ports that stand.
 */
export function questionableServices(
  { services }: World,
  source: string,
  places: readonly ServicePlace[],
): readonly ServicePlace[] {
  const isShared = (key: string) =>
    services.get(key)?.services.some(({ sources }) => sources.some(one => one !== source))
  return places.filter(({ service, hasSettings }) => !hasSettings || isShared(service))
}

/** What of the services of a push does not count as things stand. */
export async function serviceWarnings(
  world: World,
  source: string,
  places: readonly ServicePlace[],
): Promise<Problem[]> {
  const warnings = await inTurns(places, place => {
    const service = world.services.get(place.service)?.claimedBy(source)
    if (service === undefined) return []
    const details = [...conflictDetails(service, source), ...misfitDetails(service, source)]
    const object = place.object === undefined ? '' : `${place.object}: `
    return details.map(detail => ({ pointer: place.pointer, detail: `${object}${detail}` }))
  })
  return warnings.flat()
}

function conflictDetails({ conflicts }: MergedService, source: string): string[] {
  return conflicts.filter(one => one.source === source).map(({ field, detail }) => `${field} ${detail}`)
}

function misfitDetails(service: MergedService, source: string): string[] {
  const names = service.misfits(source)
  if (names.length === 0) return []
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : ''
  const ports = service.ports.map(({ name, port }) => (name === undefined ? port : `${port} (${name})`))
  const reason = ports.length === 0 ? 'it has none' : `these are ${ports.join(', ')}`
  return [
    `its endpoints ${names.slice(0, NAMES).join(', ')}${more} fit no port of the service and are not used: ${reason}`,
  ]
}
