import type { Problem } from '../model/problem.ts'
import type { World } from '../translate/world.ts'
import { type Current, currentWorld, worldFrom } from './current-world.ts'
import type { Prepared } from './intake/prepared.ts'
import { routeWarnings } from './route-warnings.ts'
import { questionableServices, serviceWarnings } from './service-warnings.ts'

/** Of a large cluster every route may wait for one gateway. */
const MAX_WARNINGS = 1000

interface Written {
  /** Of a push that is only tried. */
  readonly preview: World | undefined
  readonly revision: number | null
  /** The push wrote the revision: all that others said until now is older, so nobody need be asked for what is newest. */
  readonly isNew: boolean
}

/**
 * What of a push does not work, or does not count, as things stand: that depends on what others have pushed. Judged after
 * the write, so that what the document itself brings, or another push just brought, counts; of a push that is only tried
 * by the world as it would be.
 */
export async function standingWarnings(
  current: Current,
  source: string,
  prepared: Prepared,
  written: Written,
): Promise<Problem[]> {
  const { routes, gateways } = prepared
  const { preview, revision, isNew } = written
  // What others say was there before: a large push, about which there is nothing to say, need not wait for itself.
  const before = preview ?? (await worldFrom(current.replica, (revision ?? 1) - 1))
  const services = questionableServices(before, source, prepared.services)
  if (routes.length + gateways.length + services.length === 0) return []
  const world =
    preview ??
    (isNew && revision !== null ? await worldFrom(current.replica, revision) : await currentWorld(current))
  return bounded([
    ...(await serviceWarnings(world, source, services)),
    ...(await routeWarnings(world, source, { routes, gateways })),
  ])
}

/** How many are left out is said before the others: people read the first ones. */
function bounded(warnings: Problem[]): Problem[] {
  const more = warnings.length - MAX_WARNINGS
  if (more <= 0) return warnings
  const where = 'GET /v1/routes and GET /v1/services tell of every one'
  const detail = `${more} more warnings about services, routes and gateways are not listed: ${where}`
  return [{ pointer: '', detail }, ...warnings.slice(0, MAX_WARNINGS)]
}
