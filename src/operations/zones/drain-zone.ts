import { type Place, placeName, zoneKey } from '../../locality/place.ts'
import { usableOf } from '../../locality/usable.ts'
import { drainEntry } from '../../model/control.ts'
import type { Problem } from '../../model/problem.ts'
import { mayStandIn } from '../../translate/claimed-zone.ts'
import type { MergedService } from '../../translate/merged-service.ts'
import type { World } from '../../translate/world.ts'
import type { Collaborators } from '../collaborators.ts'
import { currentWorld } from '../current-world.ts'
import { inTurns } from '../in-turns.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { type WriteAnswer, writeAnswer } from '../write-answer.ts'
import { findZone, type NamedZone } from './find-zone.ts'

export interface ZoneOrder extends NamedZone {
  readonly author: string
  readonly dryRun: boolean
}

type Works = Pick<Collaborators, 'store' | 'replica' | 'proxies'>

/** Makes a zone's endpoints the last step for everyone, its own proxies included, as one revision. */
export async function drainZone(
  works: Works,
  order: ZoneOrder & { readonly reason?: string | undefined },
): Promise<WriteAnswer | Refusal> {
  const world = await currentWorld(works)
  const place = await findZone(world, await works.proxies.list(), order, 'invalid')
  if (isRefusal(place)) return place
  // Whoever drains a zone once more without a reason does not take back the one that was given.
  const reason = order.reason ?? world.drains.get(zoneKey(place))?.reason
  const upsert = [drainEntry({ ...place, ...(reason !== undefined && { reason }) })]
  const result = await works.store.control({ ...saidBy(order), cause: 'drain', upsert, remove: [] })
  return writeAnswer({ ...ABOUT, dryRun: order.dryRun }, result, await strandedWarnings(world, place))
}

/** Takes a zone's endpoints as if it had never been drained. */
export async function undrainZone(works: Works, order: ZoneOrder): Promise<WriteAnswer | Refusal> {
  const world = await currentWorld(works)
  const place = await findZone(world, await works.proxies.list(), order, 'invalid')
  if (isRefusal(place)) return place
  const remove = [drainEntry(place)]
  const result = await works.store.control({ ...saidBy(order), cause: 'undrain', upsert: [], remove })
  return writeAnswer({ ...ABOUT, dryRun: order.dryRun }, result, [])
}

const ABOUT = { source: null, part: 'control' } as const

function saidBy({ author, dryRun }: ZoneOrder) {
  return { source: null, author, dryRun }
}

/** Services that are named where a drain leaves them nothing else. */
const NAMED = 5

async function strandedWarnings(world: World, place: Place): Promise<Problem[]> {
  const stranded: string[] = []
  await inTurns(world.allServices(), service => {
    if (isStranded(service, place)) stranded.push(`${service.namespace}/${service.name}`)
  })
  if (stranded.length === 0) return []
  const names = stranded.sort().slice(0, NAMED).join(', ')
  const more = stranded.length > NAMED ? ` and ${stranded.length - NAMED} more` : ''
  const services = stranded.length === 1 ? '1 service has' : `${stranded.length} services have`
  const detail = `${services} no usable endpoint outside of drained zones: those in zone ${placeName(place)} go on being used: ${names}${more}`
  return [{ pointer: '', detail }]
}

/** Whether all endpoints of one of the service's ports that can be used are in this zone, or in others that are drained. */
function isStranded(service: MergedService, place: Place): boolean {
  if (!service.claims.some(claim => mayStandIn(claim, place.zone))) return false
  const key = zoneKey(place)
  return service.ports.some(({ port }) => {
    const usable = usableOf(service.decision(port))
    const isHere = usable.map(one => zoneKey(one) === key)
    return (
      isHere.includes(true) && usable.every((one, index) => isHere[index] || one.setback?.kind === 'drained')
    )
  })
}
