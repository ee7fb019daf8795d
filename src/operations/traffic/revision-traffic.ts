import type { Place } from '../../locality/place.ts'
import { ageText } from '../../model/duration.ts'
import { isKnownZone } from '../../model/traffic.ts'
import type { Store } from '../../store/store.ts'
import type { ServiceSum } from '../../store/traffic/traffic.ts'
import { World } from '../../translate/world.ts'
import type { Collaborators } from '../collaborators.ts'
import { findRevision } from '../history.ts'
import { Turns } from '../in-turns.ts'
import { type ListRequest, listPage, type Page } from '../list.ts'
import { pastWorld } from '../past-world.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { standingDemand, ZoneDemand } from '../simulation/demand.ts'
import type { BeforeAndAfter, SimulatedService } from '../simulation/sides.ts'
import { simulatedServices } from '../simulation/simulated-services.ts'
import { type CommitWindows, commitWindows } from './commit-windows.ts'
import { COLUMNS, type Effect, overall, type ServiceEffect, type Shares, serviceEffect } from './effect.ts'
import { grouped } from './grouped.ts'
import type { Period } from './period.ts'
import { predicted } from './predicted.ts'
import { totalsOf } from './totals.ts'
import { touchedServices } from './touched-services.ts'

/** What a revision did to requests: predicted by simulation, and measured before and after its commit. */
export interface RevisionTraffic extends Page<ServiceEffect> {
  readonly revision: number
  readonly createdAt: string
  readonly windows: {
    readonly before: Window
    /** null: it has only begun. */
    readonly after: Window | null
    /** Which steps are whole: "1m" or "1h". */
    readonly step: string
  }
  /** Over the services, on whatever page, of which requests were counted before or after. */
  readonly inZoneShare: BeforeAndAfter<Shares>
}

/** RFC 3339, UTC; the end is not included. */
interface Window {
  readonly from: string
  readonly to: string
}

interface Question {
  readonly revision: number
  /** `namespace/name`; left out: those that it changed. */
  readonly service?: string | undefined
  /** In milliseconds. */
  readonly window: number
}

export async function readRevisionTraffic(
  { store, proxies, traffic }: Pick<Collaborators, 'store' | 'proxies' | 'traffic'>,
  { revision, service, window }: Question,
  request: ListRequest,
): Promise<RevisionTraffic | Refusal> {
  const written = await findRevision(store, revision)
  if (isRefusal(written)) return written
  const touched = await touchedServices(store, revision)
  if (isRefusal(touched)) return touched
  const worlds = await worldsAround(store, revision, service ?? touched.only)
  if (isRefusal(worlds)) return worlds
  const asked = namesakesOf(worlds, name => (service === undefined ? touched.may(name) : name === service))
  if (service !== undefined && asked.size === 0)
    return refuse('unknown', `there is no service ${service} before revision ${revision} or after it`)
  await traffic.flush()
  const windows = commitWindows(Date.parse(written.createdAt), window, Date.now())
  const measured = await measuredIn(store, windows, asked)
  const standing = standingDemand(worlds.before, await proxies.list())
  const all = await effectsOf(worlds, asked, measured, standing)
  const effects =
    service === undefined ? all.filter(one => touched.isNamed(one.service) || one.prediction.moved > 0) : all
  const page = listPage(effects.map(serviceEffect), COLUMNS, request)
  if (isRefusal(page)) return page
  return {
    revision,
    createdAt: written.createdAt,
    windows: {
      before: windowOf(windows.before),
      after: windows.after === undefined ? null : windowOf(windows.after),
      step: ageText(windows.before.step),
    },
    inZoneShare: { before: overall(effects, 'before'), after: overall(effects, 'after') },
    ...page,
  }
}

async function effectsOf(
  worlds: BeforeAndAfter<World>,
  asked: ReadonlyMap<string, readonly SimulatedService[]>,
  measured: BeforeAndAfter<ReadonlyMap<string, readonly ServiceSum[]>>,
  standing: ZoneDemand,
): Promise<Effect[]> {
  const turns = new Turns()
  const effects: Effect[] = []
  for (const [service, namesakes] of asked) {
    const counted = { before: measured.before.get(service) ?? [], after: measured.after.get(service) ?? [] }
    const demand = countedDemand(counted) ?? standing
    const prediction = await predicted(worlds, namesakes, demand, turns)
    effects.push({ service, demand: demand.from, prediction, counted })
    await turns.between()
  }
  return effects
}

async function worldsAround(
  store: Store,
  revision: number,
  service: string | undefined,
): Promise<BeforeAndAfter<World> | Refusal> {
  const [namespace, name] = service?.split('/') ?? []
  const one = namespace !== undefined && name !== undefined ? { namespace, name } : {}
  const before = revision === 1 ? World.EMPTY : await pastWorld(store, revision - 1, one)
  if (isRefusal(before)) return before
  const after = await pastWorld(store, revision, one)
  return isRefusal(after) ? after : { before, after }
}

function namesakesOf(
  { before, after }: BeforeAndAfter<World>,
  isAsked: (name: string) => boolean,
): Map<string, SimulatedService[]> {
  return grouped(
    simulatedServices([before, after]).filter(({ key }) => isAsked(key)),
    ({ key }) => key,
  )
}

/** So many are looked up one by one; of more all that there is is read. */
const FEW = 50

async function measuredIn(
  { traffic }: Store,
  { before, after }: CommitWindows,
  asked: ReadonlyMap<string, unknown>,
): Promise<BeforeAndAfter<ReadonlyMap<string, readonly ServiceSum[]>>> {
  const services = asked.size <= FEW ? { services: [...asked.keys()] } : {}
  const read = async (period: Period | undefined) => {
    if (period === undefined || asked.size === 0) return new Map<string, ServiceSum[]>()
    const sums = await traffic.read({ ...period, ...services })
    return grouped(sums.services, ({ service }) => service)
  }
  return { before: await read(before), after: await read(after) }
}

/** As the zones asked before the commit, or at least after it; undefined: nobody did. */
function countedDemand({ before, after }: Effect['counted']): ZoneDemand | undefined {
  for (const sums of [before, after]) {
    const zones = grouped(
      sums.filter(({ from, requests }) => isKnownZone(from) && requests > 0),
      ({ from }) => from,
    )
    if (zones.size > 0)
      return new ZoneDemand(
        [...zones].map(([zone, ofZone]) => [placeOf(zone), totalsOf(ofZone).requests] as const),
        'measured',
      )
  }
  return undefined
}

/** The way back from `placeName`. */
function placeOf(name: string): Place {
  const [zone = '', region = ''] = name.split('/').reverse()
  return { region, zone }
}

function windowOf({ from, to }: Period): Window {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
