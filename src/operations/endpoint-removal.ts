import { endpointCount } from '../model/endpoint-count.ts'
import { type Entry, unpackedOneByOne } from '../model/entry.ts'
import { compare } from '../model/order.ts'
import type { Endpoints } from '../model/topology.ts'
import type { World } from '../translate/world.ts'
import { inTurns } from './in-turns.ts'
import type { PreparedPart } from './intake/prepared.ts'

/** What a replacing push takes of its source's endpoints: an endpoint is one of a service, by its name. */
export interface EndpointRemoval {
  readonly endpoints: EndpointCounts
  /** Those that lose some: most first, at most `LISTED`. */
  readonly services: { readonly items: readonly ServiceRemoval[]; readonly total: number }
  /** The settings of the source allow so much; null: nothing is said, it is only never all. */
  readonly maxRemoved: string | null
}

interface ServiceRemoval extends EndpointCounts {
  /** `namespace/name`. */
  readonly service: string
}

interface EndpointCounts {
  readonly before: number
  readonly after: number
  /** Of those before. Others may have come. */
  readonly removed: number
}

/** A source with fewer endpoints may lose all at once: it is being tried, or taken down step by step. */
const GUARDED_FROM = 10

/** The most services that are listed. */
const LISTED = 100

/** Whether it matters to a topology what stands: without settings it may remove all endpoints that it replaces by others. */
export function mayRemoveTooMany(world: World, source: string, { endpoints }: PreparedPart): boolean {
  return endpoints === 0 || world.sourceSettings.get(source)?.maxRemoved !== undefined
}

/** What a topology takes of its source's endpoints where that is more than one push may; undefined where it is not. */
export async function excessiveRemoval(
  world: World,
  source: string,
  { endpoints: after, entries }: PreparedPart,
): Promise<EndpointRemoval | undefined> {
  const before = world.endpointCounts.get(source) ?? 0
  const maxRemoved = world.sourceSettings.get(source)?.maxRemoved ?? null
  if (before < GUARDED_FROM || (after > 0 && maxRemoved === null)) return undefined
  const services = await losingServices(world, source, entries)
  const removed = services.reduce((sum, one) => sum + one.removed, 0)
  if (after > 0 && removed * 100 <= Number.parseInt(maxRemoved ?? '', 10) * before) return undefined
  services.sort((a, b) => b.removed - a.removed || compare(a.service, b.service))
  return {
    endpoints: { before, after, removed },
    services: { items: services.slice(0, LISTED), total: services.length },
    maxRemoved,
  }
}

async function losingServices(
  world: World,
  source: string,
  entries: PreparedPart['entries'],
): Promise<ServiceRemoval[]> {
  const wanted = new Map<string, Entry>()
  await inTurns(unpackedOneByOne(entries), one => {
    if (one.kind === 'Endpoints') wanted.set(`${one.namespace}/${one.name}`, one)
  })
  const losing: ServiceRemoval[] = []
  await inTurns(world.services, ([service, namesakes]) => {
    const claim = namesakes.claimedBy(source)?.claims.find(one => one.source === source)
    const next = wanted.get(service)
    if (claim?.endpoints === undefined || claim.endpoints.digest === next?.digest) return
    const counts = removedEndpoints(claim.endpoints, next)
    if (counts.removed > 0) losing.push({ service, ...counts })
  })
  return losing
}

function removedEndpoints(standing: Entry, next: Entry | undefined): EndpointCounts {
  const before = endpointCount(standing.body)
  if (next === undefined) return { before, after: 0, removed: before }
  const names = new Set(namesOf(next))
  return { before, after: names.size, removed: namesOf(standing).filter(name => !names.has(name)).length }
}

function namesOf({ body }: Entry): string[] {
  return (JSON.parse(body) as Endpoints).endpoints.map(one => one.name)
}
