import type { Estimate } from '../operations/traffic/estimate.ts'
import type { ServiceTraffic, TrafficAnswer } from '../operations/traffic/read-traffic.ts'
import { bytesText } from './measures.ts'
import { percent } from './percent.ts'
import { printable, type Terminal, table } from './terminal.ts'

type Tone = Pick<Terminal, 'tone'>

/** For people: in all, from zone to zone, and by service, or step by step. */
export function trafficLines(
  answer: TrafficAnswer,
  { isOfOne, bySteps }: { readonly isOfOne: boolean; readonly bySteps: boolean },
  terminal: Tone,
): string[] {
  const { requests, errors, inZoneShare, from, to, estimate } = answer
  const failed = errors === 0 ? '' : `, ${errors} failed`
  return [
    printable(`${requests} requests${failed} from ${from} to ${to}, in zone: ${percent(inZoneShare)}`),
    ...(estimate === null ? [] : [estimateText(estimate)]),
    ...(requests + errors === 0 ? [] : ['', ...matrix(answer, terminal)]),
    ...(bySteps ? ['', ...steps(answer, terminal)] : []),
    ...(isOfOne || answer.items.length === 0 ? [] : ['', ...services(answer, terminal)]),
  ]
}

function estimateText({ bytes, crossZoneBytes, cost }: Estimate): string {
  const money = cost === null ? '' : `, cost: ${moneyText(cost)}`
  return `estimate: ${bytesText(bytes)}, between zones: ${bytesText(crossZoneBytes)}${money}`
}

function matrix({ matrix: pairs }: TrafficAnswer, { tone }: Tone): string[] {
  const from = distinct(pairs.map(pair => pair.from))
  const to = distinct(pairs.map(pair => pair.to))
  const [header = '', ...rows] = table(
    ['FROM \\ TO', ...to.map(zoneText)],
    from.map(row => {
      const ofRow = pairs.filter(pair => pair.from === row)
      const all = ofRow.reduce((sum, pair) => sum + pair.requests, 0)
      const cell = (column: string) => {
        const { requests = 0 } = ofRow.find(pair => pair.to === column) ?? {}
        return requests === 0 ? '-' : `${requests} (${percent(requests / all)})`
      }
      return [zoneText(row), ...to.map(cell)]
    }),
  )
  return [tone('faint', header), ...rows]
}

function steps({ steps: all }: TrafficAnswer, { tone }: Tone): string[] {
  const [header = '', ...rows] = table(
    ['AT', 'REQUESTS', 'FAILED', 'IN ZONE'],
    all.map(({ at, requests, errors, inZoneShare }) => [
      at,
      String(requests),
      String(errors),
      percent(inZoneShare),
    ]),
  )
  return [tone('faint', header), ...rows]
}

function services({ items, total }: TrafficAnswer, { tone }: Tone): string[] {
  const isEstimated = items.some(one => one.estimate !== null)
  const cells = (one: ServiceTraffic) => [
    one.service,
    String(one.requests),
    String(one.errors),
    percent(one.inZoneShare),
    ...(isEstimated ? estimateCells(one.estimate) : []),
  ]
  const [header = '', ...rows] = table(
    ['SERVICE', 'REQUESTS', 'FAILED', 'IN ZONE', ...(isEstimated ? ['BETWEEN ZONES', 'COST'] : [])],
    items.map(cells),
  )
  const more = total - items.length
  const rest = more > 0 ? [tone('faint', `… and ${more} more; --limit shows them`)] : []
  return [tone('faint', header), ...rows, ...rest]
}

function estimateCells(estimate: Estimate | null): string[] {
  if (estimate === null) return ['-', '-']
  return [bytesText(estimate.crossZoneBytes), estimate.cost === null ? '-' : moneyText(estimate.cost)]
}

/** In the currency of the server's prices. */
function moneyText(cost: number): string {
  return cost === 0 || cost >= 0.01 ? cost.toFixed(2) : cost.toPrecision(1)
}

function distinct(zones: readonly string[]): string[] {
  return [...new Set(zones)].sort()
}

function zoneText(zone: string): string {
  return zone === '' ? 'unknown' : zone
}
