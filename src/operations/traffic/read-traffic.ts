import { ageText } from '../../model/duration.ts'
import { compare } from '../../model/order.ts'
import type { TrafficPrices } from '../../model/traffic-prices.ts'
import type { ServiceSum, StepSum, TrafficSums } from '../../store/traffic/traffic.ts'
import type { World } from '../../translate/world.ts'
import type { Collaborators } from '../collaborators.ts'
import { currentWorld } from '../current-world.ts'
import { type Columns, type ListRequest, listPage, type Page } from '../list.ts'
import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { type Estimate, estimateOf, estimateSum } from './estimate.ts'
import { grouped } from './grouped.ts'
import { type AskedPeriod, type Period, periodOf } from './period.ts'
import { type TrafficTotals, totalsOf, type ZonePair } from './totals.ts'

/** Requests between zones, as proxies report them: of all services together, in steps, and service by service. */
export interface TrafficAnswer extends Page<ServiceTraffic>, TrafficTotals {
  /** RFC 3339, UTC. */
  readonly from: string
  /** Not included. */
  readonly to: string
  /** "5m", "1h". */
  readonly step: string
  /** Of the services that state their bytes; null: none does. */
  readonly estimate: Estimate | null
  /** Of the whole time, by names of zones. */
  readonly matrix: readonly EstimatedPair[]
  readonly steps: readonly TrafficStep[]
}

interface EstimatedPair extends ZonePair {
  readonly estimate: Estimate | null
}

interface TrafficStep extends TrafficTotals {
  readonly at: string
  readonly matrix: readonly ZonePair[]
}

export interface ServiceTraffic extends TrafficTotals {
  /** `namespace/name`, or `other`: those that are not told apart. */
  readonly service: string
  /** null: the service does not state it. */
  readonly bytesPerRequest: number | null
  readonly estimate: Estimate | null
}

export interface TrafficQuestion extends AskedPeriod {
  /** `namespace/name` */
  readonly service?: string | undefined
}

const COLUMNS: Columns<ServiceTraffic> = {
  id: ({ service }) => service,
  fields: {
    service: ({ service }) => service,
    requests: ({ requests }) => requests,
    errors: ({ errors }) => errors,
    inZoneShare: ({ inZoneShare }) => inZoneShare ?? -1,
    bytes: ({ estimate }) => estimate?.bytes ?? -1,
    crossZoneBytes: ({ estimate }) => estimate?.crossZoneBytes ?? -1,
    cost: ({ estimate }) => estimate?.cost ?? -1,
  },
}

/** What this replica has counted is in it; what others counted comes when they store it, within seconds. */
export async function readTraffic(
  collaborators: Pick<Collaborators, 'store' | 'replica' | 'traffic'>,
  { service, ...asked }: TrafficQuestion,
  request: ListRequest,
): Promise<TrafficAnswer | Refusal> {
  const period = periodOf(asked, Date.now())
  if (isRefusal(period)) return period
  const { store, traffic } = collaborators
  await traffic.flush()
  const sums = await store.traffic.read({ ...period, ...(service !== undefined && { services: [service] }) })
  const world = await currentWorld(collaborators)
  if (service !== undefined && sums.services.length === 0 && !world.services.has(service))
    return refuse('unknown', `there is no service ${service}, and no traffic of one in this time`)
  const services = new PricedServices(world, traffic.prices)
  const items = [...grouped(sums.services, one => one.service)].map(([name, pairs]) =>
    services.traffic(name, pairs),
  )
  const page = listPage(items, COLUMNS, request)
  if (isRefusal(page)) return page
  return {
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    step: ageText(period.step),
    ...totalsOf(sums.services),
    estimate: estimateSum(items.map(one => one.estimate)),
    matrix: matrixOf(sums.services, services),
    steps: stepsOf(sums, period),
    ...page,
  }
}

/** What is known of services as they are now. */
class PricedServices {
  readonly #world: World
  readonly #prices: TrafficPrices | undefined

  constructor(world: World, prices: TrafficPrices | undefined) {
    this.#world = world
    this.#prices = prices
  }

  traffic(service: string, pairs: readonly ServiceSum[]): ServiceTraffic {
    return {
      service,
      ...totalsOf(pairs),
      bytesPerRequest: this.#bytesOf(service) ?? null,
      estimate: estimateSum(pairs.map(pair => this.estimate(pair))),
    }
  }

  estimate(sum: ServiceSum): Estimate | null {
    return estimateOf(sum, this.#bytesOf(sum.service), this.#prices)
  }

  /** Those of one name share their counts, whoever has them. */
  #bytesOf(service: string): number | undefined {
    const namesakes = this.#world.services.get(service)?.services ?? []
    return namesakes.find(one => one.bytesPerRequest !== undefined)?.bytesPerRequest
  }
}

function matrixOf(sums: readonly ServiceSum[], services: PricedServices): EstimatedPair[] {
  const pairs = grouped(sums, ({ from, to }) => `${from}\n${to}`)
  return inOrder(
    [...pairs.values()].map(ofPair => ({
      ...pairSum(ofPair),
      estimate: estimateSum(ofPair.map(one => services.estimate(one))),
    })),
  )
}

function stepsOf({ steps }: TrafficSums, { from, to, step }: Period): TrafficStep[] {
  const byStep = grouped(steps, ({ at }) => at)
  return Array.from({ length: (to - from) / step }, (_, index) => {
    const at = from + index * step
    const matrix = inOrder((byStep.get(at) ?? []).map(one => pairSum([one])))
    return { at: new Date(at).toISOString(), ...totalsOf(matrix), matrix }
  })
}

/** Of sums of one pair. */
function pairSum(sums: readonly (ServiceSum | StepSum)[]): ZonePair {
  const { from, to } = sums[0] as ServiceSum | StepSum
  const { requests, errors } = totalsOf(sums)
  return { from, to, requests, errors }
}

function inOrder<T extends ZonePair>(pairs: readonly T[]): T[] {
  return [...pairs].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
}
