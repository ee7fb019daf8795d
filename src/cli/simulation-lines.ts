import type { ServiceSimulation, SimulatedSide, SimulationAnswer } from '../operations/simulation/answer.ts'
import { percent } from './percent.ts'
import { printable, type Terminal, table } from './terminal.ts'

/** A simulation for people: in short, then service by service, or of one service zone by zone. */
export function simulationLines(
  answer: SimulationAnswer,
  isOfOne: boolean,
  terminal: Pick<Terminal, 'tone'>,
): string[] {
  const { items, total, inZoneShare, revision } = answer
  const services = `${total} service port${total === 1 ? '' : 's'}`
  const totals = `in zone ${change(percent(inZoneShare.before), percent(inZoneShare.after))} of the requests`
  const head = printable(`${totals} to ${services} at revision ${revision}`)
  if (items.length === 0) return [head]
  const asked = terminal.tone('faint', `demand of the zones before: ${ORIGINS[answer.demand.from]}`)
  const body = isOfOne
    ? items.flatMap(one => matrix(one, answer.demand, terminal))
    : overview(items, terminal)
  const more = total - items.length
  const rest = more > 0 ? [terminal.tone('faint', `… and ${more} more, which change no more than these`)] : []
  return [head, asked, '', ...body, ...rest]
}

const ORIGINS = {
  rows: 'as it is written for balanced services',
  proxies: 'by the proxies that are connected',
  equal: 'taken to be equal, for no proxy is connected',
  measured: 'by the requests that were counted',
} as const

function overview(items: readonly ServiceSimulation[], terminal: Pick<Terminal, 'tone'>): string[] {
  const severalPorts = new Set(items.map(({ service }) => service)).size < items.length
  const [header = '', ...rows] = table(
    ['SERVICE', 'MODE', 'IN ZONE', 'BUSIEST'],
    items.map(({ service, port, mode, before, after }) => [
      severalPorts ? `${service}:${port}` : service,
      mode,
      change(percent(before.inZoneShare), percent(after.inZoneShare)),
      change(busiest(before), busiest(after)),
    ]),
  )
  const lines = rows.flatMap((row, index) => [row, ...remarks(items[index] as ServiceSimulation, terminal)])
  return [terminal.tone('faint', header), ...lines]
}

/** How much of all requests each zone asks, and which share of its requests goes where. */
function matrix(
  one: ServiceSimulation,
  demand: SimulationAnswer['demand'],
  terminal: Pick<Terminal, 'tone'>,
): string[] {
  const { service, port, mode, before, after } = one
  const pairs = [...before.zones, ...after.zones]
  const unserved = [...before.unservable, ...after.unservable]
  const from = [...new Set([...pairs.map(pair => pair.from), ...unserved])].sort()
  const to = [...new Set(pairs.map(pair => pair.to))].sort()
  const share = (side: SimulatedSide, row: string, column: string) =>
    side.zones.find(pair => pair.from === row && pair.to === column)?.share ?? 0
  const [header = '', ...rows] = table(
    ['FROM \\ TO', 'ASKS', ...to.map(zone => zone || '-')],
    from.map(row => [
      row,
      change(percent(asked(demand, 'before', row, from)), percent(asked(demand, 'after', row, from))),
      ...to.map(column => change(percent(share(before, row, column)), percent(share(after, row, column)))),
    ]),
  )
  return [
    printable(`${service} port ${port}, ${mode}: busiest ${change(busiest(before), busiest(after))}`),
    terminal.tone('faint', header),
    ...rows,
    ...remarks(one, terminal),
  ]
}

/** Which share of the requests of all these zones is of one. */
function asked(
  demand: SimulationAnswer['demand'],
  side: 'before' | 'after',
  zone: string,
  zones: readonly string[],
): number | null {
  const amount = (one: string) => demand[side][one] ?? demand.others
  const all = zones.reduce((sum, one) => sum + amount(one), 0)
  return all === 0 ? null : amount(zone) / all
}

/** Once where nothing changes. */
function change(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`
}

/** "web-1 1.5": half as much again as the mean before. */
function busiest({ busiest: most }: SimulatedSide): string {
  return most === null ? '-' : `${most.endpoint} ${Math.round(most.load * 100) / 100}`
}

function remarks(
  { lost, checked, before, after }: ServiceSimulation,
  { tone }: Pick<Terminal, 'tone'>,
): string[] {
  const only = (now: readonly string[], then: readonly string[]) =>
    now.map(zone => (then.includes(zone) ? `${zone} (as before)` : zone)).join(', ')
  const said = [
    ...(after.unservable.length > 0 ? [`unservable from ${only(after.unservable, before.unservable)}`] : []),
    ...(after.panic.length > 0
      ? [`panic: requests from ${only(after.panic, before.panic)} go to endpoints that fail, too`]
      : []),
    ...(lost > 0 && !checked
      ? [`no health check finds the ${lost} that fail: only retries get past them until they are taken away`]
      : []),
  ]
  return said.map(text => tone('warning', printable(`    ${text}`)))
}
