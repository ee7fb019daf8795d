import { parseJson } from '../../model/json.ts'
import type { Problem } from '../../model/problem.ts'
import { parseSimulation, type Simulation } from '../../model/simulation.ts'
import type { World } from '../../translate/world.ts'
import type { Collaborators } from '../collaborators.ts'
import { currentWorld } from '../current-world.ts'
import { inTurns, Turns } from '../in-turns.ts'
import { KnownZones } from '../known-zones.ts'
import { type ListRequest, listPage } from '../list.ts'
import { pastWorld } from '../past-world.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import {
  COLUMNS,
  type ServiceSimulation,
  type SimulationAnswer,
  serviceSimulation,
  shareOf,
} from './answer.ts'
import { drainProblems, withDemand, withDrains, withSourceChanges } from './changes.ts'
import { changedDemand, rowsToWrite, standingDemand, type ZoneDemand } from './demand.ts'
import { lossesOf, NO_LOSSES, unknownEndpoints } from './losses.ts'
import { inZone, outcomesOf } from './outcome.ts'
import { askingZones, type Scene, type SimulatedService, sidesOf } from './sides.ts'
import { portsOf, servicesOf, simulatedServices } from './simulated-services.ts'

/** `body` is the JSON text of a simulation; none at all asks for no change. */
export async function simulate(
  collaborators: Pick<Collaborators, 'store' | 'replica' | 'proxies'>,
  body: Uint8Array,
  request: ListRequest,
): Promise<SimulationAnswer | Refusal> {
  const json = parseJson(body.length === 0 ? Buffer.from('{}') : body)
  if (!json.ok) return refuse('malformed', 'the body is not JSON that can be read', json.problems)
  const parsed = parseSimulation(json.value)
  if (!parsed.ok) return refuse('invalid', REFUSED, parsed.problems)
  const { revision } = parsed.value
  const world =
    revision === undefined
      ? await currentWorld(collaborators)
      : await pastWorld(collaborators.store, revision)
  if (isRefusal(world)) return world
  const changes = await prepare(
    world,
    parsed.value,
    standingDemand(world, await collaborators.proxies.list()),
  )
  return isRefusal(changes) ? changes : run(changes, request)
}

const REFUSED = 'the simulation cannot be made as asked for'

/** A simulation of which everything that it names was found. */
interface Prepared extends Scene {
  /** Those that were asked for. */
  readonly services: readonly SimulatedService[]
  readonly isOfOne: boolean
}

async function prepare(world: World, question: Simulation, demand: ZoneDemand): Promise<Prepared | Refusal> {
  const changed = await withSourceChanges(world, question)
  const { service } = question
  const services = simulatedServices([world, changed.world])
  const zones = namesZones(question)
    ? await knownZones([world, changed.world], services, demand)
    : new KnownZones()
  const after = changedDemand(demand, question, zones)
  const problems: Problem[] = [
    ...(question.lose?.zones ?? []).flatMap((zone, index) => zones.problems(zone, ['lose', 'zones', index])),
    ...drainProblems(question, zones),
    ...changed.problems,
    ...unknownEndpoints(question, [changed.world, world]),
    ...after.problems,
  ]
  if (service !== undefined && services.every(({ key }) => key !== service))
    problems.push({ pointer: '/service', detail: `is no service that a source has: ${service}` })
  if (problems.length > 0) return refuse('invalid', REFUSED, problems)
  const drained = await withDrains(changed.world, question, zones)
  const isSaid = Object.keys(question.demand ?? {}).length > 0
  const rows = isSaid || drained !== world ? await rowsToWrite(drained, after.demand, isSaid) : undefined
  return {
    before: { world, demand, losses: NO_LOSSES },
    after: {
      world: rows === undefined ? drained : await withDemand(drained, rows),
      demand: after.demand,
      losses: lossesOf(question, zones),
    },
    services: services.filter(({ key }) => service === undefined || key === service),
    isOfOne: service !== undefined,
  }
}

/** To know all zones every service has to be looked at. */
function namesZones({ lose, drain = [], undrain = [], demand = {} }: Simulation): boolean {
  return [lose?.zones ?? [], drain, undrain, Object.keys(demand)].some(zones => zones.length > 0)
}

/** Those that a source declares, that are drained, and where an endpoint or a proxy stands, before the changes or after them. */
async function knownZones(
  worlds: readonly World[],
  services: readonly SimulatedService[],
  demand: ZoneDemand,
): Promise<KnownZones> {
  const zones = new KnownZones()
  for (const world of new Set(worlds)) {
    for (const { zone } of world.zones.values()) zones.add(zone)
    for (const drain of world.drains.values()) zones.add(drain)
  }
  for (const place of demand.places) zones.add(place)
  await inTurns(services, named => {
    for (const service of servicesOf(worlds, named)) zones.addService(service)
  })
  return zones
}

async function run(prepared: Prepared, request: ListRequest): Promise<SimulationAnswer | Refusal> {
  const { before, after, services, isOfOne } = prepared
  const turns = new Turns()
  const items: ServiceSimulation[] = []
  const total = { before: { stay: 0, all: 0 }, after: { stay: 0, all: 0 } }
  for (const service of services) {
    for (const port of portsOf([before.world, after.world], service)) {
      const sides = sidesOf(prepared, service, port)
      const outcomes = await outcomesOf(sides, askingZones(sides), turns)
      items.push(serviceSimulation(service, port, { sides, outcomes }, isOfOne))
      for (const side of ['before', 'after'] as const) {
        const { stay, all } = inZone(outcomes[side])
        total[side].stay += stay
        total[side].all += all
      }
    }
    await turns.between()
  }
  const page = listPage(items, COLUMNS, request)
  if (isRefusal(page)) return page
  return {
    revision: before.world.revision,
    demand: {
      from: before.demand.from,
      before: before.demand.listed(),
      after: after.demand.listed(),
      others: after.demand.others,
    },
    inZoneShare: { before: shareOf(total.before), after: shareOf(total.after) },
    ...page,
  }
}
