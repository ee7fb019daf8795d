import { placeName } from '../../locality/place.ts'
import { usableOf } from '../../locality/usable.ts'
import { DEFAULT_GROUP } from '../../model/control.ts'
import { withoutDefaults } from '../../model/without-defaults.ts'
import { groupOf, keeperOf } from '../../translate/realm.ts'
import type { Columns, Page } from '../list.ts'
import { roundedShare } from '../rounded-share.ts'
import type { DemandOrigin } from './demand.ts'
import { inZone, meanLoad, movedShare, type Outcome, placeNames } from './outcome.ts'
import type { BeforeAndAfter, Side, SimulatedService } from './sides.ts'

/** What would become of the requests to services, had some things changed. Nothing is stored. */
export interface SimulationAnswer extends Page<ServiceSimulation> {
  /** Of the state that was changed. */
  readonly revision: number
  /** What zones ask, as they are to each other; a zone that is not listed asks `others`. */
  readonly demand: BeforeAndAfter<Readonly<Record<string, number>>> & {
    /** Where `before` comes from. */
    readonly from: DemandOrigin
    readonly others: 0 | 1
  }
  /** Over all services that were asked for, on whatever page they are; null where nobody asks. */
  readonly inZoneShare: BeforeAndAfter<number | null>
}

export interface ServiceSimulation extends BeforeAndAfter<SimulatedSide> {
  /** `namespace/name`. */
  readonly service: string
  /** The one that keeps the service to itself; left out of a service of a fleet. */
  readonly source?: string
  /** Whose fleet has it; left out of the default group, and where `source` is. */
  readonly group?: string | undefined
  readonly port: number
  /** After the changes. */
  readonly mode: string
  /** How many of its endpoints fail. */
  readonly lost: number
  /** Envoys find out by themselves that an endpoint fails: the service has a health check. */
  readonly checked: boolean
  /** The share of the requests, 0 to 1, that go to another zone than before, or nowhere. */
  readonly moved: number
}

export interface SimulatedSide {
  /** Of the requests of all zones, 0 to 1; null where nobody asks. */
  readonly inZoneShare: number | null
  /** Of each zone's requests; '' is a zone that is not known. */
  readonly zones: readonly { readonly from: string; readonly to: string; readonly share: number }[]
  /** The endpoint with the most requests by its weight; 1 is the mean before the changes. */
  readonly busiest: { readonly endpoint: string; readonly source: string; readonly load: number } | null
  /** Zones of which no request gets to an endpoint that is well. */
  readonly unservable: readonly string[]
  /** Zones of which requests are sent to endpoints whatever their health. */
  readonly panic: readonly string[]
  /** Of all requests; only where one service was asked for. */
  readonly endpoints?: readonly SimulatedEndpoint[]
}

interface SimulatedEndpoint {
  readonly name: string
  readonly source: string
  readonly zone: string
  readonly share: number
  readonly load: number
  readonly lost: boolean
}

/** What a list of simulated services is sorted and filtered by. */
export const COLUMNS: Columns<ServiceSimulation> = {
  id: ({ service, port, source = '', group = '' }) => [`${service}/${port}`, group, source].join(' '),
  fields: {
    service: ({ service }) => service,
    port: ({ port }) => port,
    mode: ({ mode }) => mode,
    lost: ({ lost }) => lost,
    moved: ({ moved }) => moved,
    inZoneShare: ({ after }) => after.inZoneShare ?? -1,
    load: ({ after }) => after.busiest?.load ?? 0,
    unservable: ({ after }) => after.unservable,
    panic: ({ after }) => after.panic,
  },
}

/** What is said of one port of a service; `isDetailed` names each endpoint. */
export function serviceSimulation(
  { key, realm }: SimulatedService,
  port: number,
  {
    sides: { before, after },
    outcomes,
  }: { readonly sides: BeforeAndAfter<Side>; readonly outcomes: BeforeAndAfter<Outcome> },
  isDetailed: boolean,
): ServiceSimulation {
  const decision = after.decision ?? before.decision
  const mean = meanLoad(outcomes.before) ?? meanLoad(outcomes.after) ?? Number.NaN
  const source = keeperOf(realm)
  return {
    service: key,
    ...(source !== undefined && { source }),
    ...withoutDefaults({ group: groupOf(realm) }, { group: DEFAULT_GROUP }),
    port,
    mode: decision?.mode ?? '',
    lost: usableOf(decision).filter(one => after.isLost(one)).length,
    checked: after.isChecked,
    moved: roundedShare(movedShare(outcomes.before, outcomes.after)),
    before: simulatedSide(before, outcomes.before, mean, isDetailed),
    after: simulatedSide(after, outcomes.after, mean, isDetailed),
  }
}

function simulatedSide(side: Side, outcome: Outcome, mean: number, isDetailed: boolean): SimulatedSide {
  const { zones, requests } = outcome
  const all = inZone(outcome)
  const endpoints = [...requests].map(
    ([candidate, amount]): SimulatedEndpoint => ({
      name: candidate.name,
      source: candidate.source,
      zone: placeName(candidate),
      share: all.all === 0 ? 0 : roundedShare(amount / all.all),
      load: amount === 0 ? 0 : roundedShare(amount / candidate.weight / mean),
      lost: side.isLost(candidate),
    }),
  )
  return {
    inZoneShare: shareOf(all),
    zones: zones.flatMap(({ from, to }) =>
      [...to.values()].map(({ place, share }) => ({
        from: placeName(from),
        to: placeName(place),
        share: roundedShare(share),
      })),
    ),
    busiest: busiestOf(endpoints),
    unservable: placeNames(zones, 'unservable'),
    panic: placeNames(zones, 'panics'),
    ...(isDetailed && { endpoints }),
  }
}

function busiestOf(endpoints: readonly SimulatedEndpoint[]): SimulatedSide['busiest'] {
  let most: SimulatedEndpoint | undefined
  for (const one of endpoints) if (one.load > (most?.load ?? 0)) most = one
  return most === undefined ? null : { endpoint: most.name, source: most.source, load: most.load }
}

/** null where nobody asks. */
export function shareOf({ stay, all }: { readonly stay: number; readonly all: number }): number | null {
  return all === 0 ? null : roundedShare(stay / all)
}
