import { sum } from '../../locality/sum.ts'
import type { World } from '../../translate/world.ts'
import type { Turns } from '../in-turns.ts'
import type { ZoneDemand } from '../simulation/demand.ts'
import { NO_LOSSES } from '../simulation/losses.ts'
import { inZone, movedShare, outcomesOf } from '../simulation/outcome.ts'
import { askingZones, type BeforeAndAfter, type SimulatedService, sidesOf } from '../simulation/sides.ts'
import { portsOf } from '../simulation/simulated-services.ts'

/** What a simulation says of the services of one name in two worlds, all their ports alike. */
export interface Prediction {
  /** Requests that stay in their zone and all, in the unit of the demand. */
  readonly before: Requests
  readonly after: Requests
  /** The largest share of a port's requests that goes elsewhere than before, or nowhere. */
  readonly moved: number
}

interface Requests {
  readonly stay: number
  readonly all: number
}

/** While all endpoints are well. The demand is the same on both sides: only where requests go is predicted. */
export async function predicted(
  worlds: BeforeAndAfter<World>,
  namesakes: readonly SimulatedService[],
  demand: ZoneDemand,
  turns: Turns,
): Promise<Prediction> {
  const side = (world: World) => ({ world, demand, losses: NO_LOSSES })
  const scene = { before: side(worlds.before), after: side(worlds.after) }
  const before: Requests[] = []
  const after: Requests[] = []
  let moved = 0
  for (const service of namesakes) {
    for (const port of portsOf([worlds.before, worlds.after], service)) {
      const sides = sidesOf(scene, service, port)
      // Of a service that is new the zones count that have it now.
      const asking = sides.before.decision === undefined ? { before: sides.after, after: sides.after } : sides
      const outcomes = await outcomesOf(sides, askingZones(asking), turns)
      if (sides.before.decision !== undefined) before.push(inZone(outcomes.before))
      if (sides.after.decision !== undefined) after.push(inZone(outcomes.after))
      moved = Math.max(moved, movedShare(outcomes.before, outcomes.after))
    }
  }
  return { before: together(before), after: together(after), moved }
}

/** Ports share the requests that were counted of their service. */
function together(ports: readonly Requests[]): Requests {
  const count = Math.max(1, ports.length)
  return { stay: sum(ports.map(one => one.stay)) / count, all: sum(ports.map(one => one.all)) / count }
}
