import type { Envoy } from '../../demo/envoy.ts'
import { freePort } from '../../demo/free-port.ts'
import { sendRequests } from '../../demo/load.ts'
import type { RestApi } from '../../demo/rest-api.ts'
import { CLUSTER, type Edge, REGION, routes, SERVICE, target, topology } from '../../demo/scenario.ts'
import { freshVicinity, type Stand, startEdge } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import type { Explanation } from '../../src/operations/explain-assignment.ts'
import { measure } from './measure.ts'
import { ROWS, type Row, type Shares, STANDS } from './mode-rows.ts'
import { Pods } from './pods.ts'

/**
 * Every mode in every situation through real Envoys, 2,000 requests each: what is promised, what the server explains,
 * and what each backend answered. Dead backends are killed processes that nobody tells the server of.
 */
const REQUESTS = 2_000
const CONCURRENCY = 32
/** Least-request, the default, gives less to whoever answers late: on a busy machine 10 points less than explained. */
const ROUND_ROBIN = { loadBalancer: { type: 'RoundRobin' } }
/** By how much a share may be off, of 1; a share of nothing must be nothing. */
const TOLERANCE = 0.01
const CHECKS = {
  healthCheck: {
    active: {
      type: 'HTTP',
      interval: '200ms',
      timeout: '200ms',
      unhealthyThreshold: 1,
      http: { path: '/healthz' },
    },
  },
}

const WIDTHS = [15, 41, 36, 36, 36, 6, 12, 6]
const HEAD = ['mode', 'situation', 'promised %', 'explained %', 'measured %', 'worst', 'cross-zone', 'failed']

await measure('modes', async closing => {
  const vicinity = await freshVicinity(closing)
  const { api } = vicinity
  const pods = await Pods.start(new Set(ROWS.flatMap(namesOf)), closing)
  const edges = new Map<string, Edge>()
  for (const { gateway } of Object.values(STANDS)) {
    edges.set(gateway, { name: gateway, port: await freePort() })
  }
  await api.put('/v1/sources/modes/routes', routes([...edges.values()]))
  const envoys = new Map<Stand, Envoy>()
  for (const stand of Object.values(STANDS)) {
    envoys.set(stand, closing.add(await startEdge(vicinity, stand)))
  }

  print(HEAD)
  const results: Result[] = []
  for (const row of ROWS) {
    await pods.killOnly(row.killed)
    await api.putAndWait('/v1/sources/modes/topology', documentOf(row, pods))
    if (row.isChecked) await knowsTheDead(envoys.get(row.from) as Envoy, row)
    const explained = livingShares(await explain(api, row), row)
    const { byPod, failures } = await sendRequests(
      target(edges.get(row.from.gateway) as Edge),
      REQUESTS,
      CONCURRENCY,
    )
    const result = compare(row, explained, byPod, failures.length)
    results.push(result)
    print(cells(row, result))
    for (const { reason } of failures.slice(0, 3)) console.error(`    ${reason}`)
  }
  return {
    right: results.every(one => one.right),
    requestsPerRow: REQUESTS,
    rows: results.length,
    wrong: results.filter(one => !one.right).length,
    failed: results.reduce((count, one) => count + one.failed, 0),
    crossZoneWhereNoneIsPromised: results.reduce((count, one) => count + one.broken, 0),
    worstDifferencePoints: points(Math.max(...results.map(one => one.worst))),
  }
})

function namesOf({ pods }: Row): string[] {
  return Object.entries(pods).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, index) => `${zone}-${index + 1}`),
  )
}

function documentOf(row: Row, pods: Pods): object {
  const endpoints = namesOf(row).map(pod => {
    const place = { pod, zone: `zone-${pod[0]}`, node: `node-${pod.replace('-', '')}` }
    return { ...place, port: pods.port(pod), ...(row.hints && { hints: row.hints(place) }) }
  })
  const zones = Object.keys(row.pods).map(zone => ({ zone: `zone-${zone}`, region: REGION, capacity: 16 }))
  const settings = { ...row.settings, ...ROUND_ROBIN, ...(row.isChecked && CHECKS) }
  return topology(endpoints, settings, zones)
}

function knowsTheDead(envoy: Envoy, row: Row): Promise<boolean> {
  const living = namesOf(row).length - row.killed.length
  return waitUntil('Envoy to know who is dead', async () => {
    return (await envoy.stat(`cluster.${CLUSTER}.membership_healthy`)) === living
  })
}

function explain(api: RestApi, { from: { zone, node = '' } }: Row): Promise<Explanation> {
  const viewpoint = new URLSearchParams({ region: REGION, zone, node })
  return api.get(`/v1/services/default/${SERVICE}/assignment?${viewpoint}`)
}

/**
 * Of the first priority with a living backend: the shares of those that live, by pod. An Envoy that knows who is dead
 * keeps the shares of zones that have some of their own; where only retries get past the dead, all that live have more.
 */
function livingShares({ mode, endpoints }: Explanation, { killed, isChecked }: Row): Shares {
  const living = endpoints.filter(one => one.priority !== null && !killed.includes(one.name))
  const first = Math.min(...living.map(one => one.priority ?? Number.NaN))
  const used = living.filter(one => one.priority === first)
  const part = (one: (typeof used)[number]) => {
    if (first > 0) return one.weight
    const isNear = ({ zone }: typeof one) => zone === one.zone
    const keeps = isChecked && (mode === 'Weighted' || mode === 'Balanced')
    return keeps ? (one.share * sum(endpoints.filter(isNear))) / sum(used.filter(isNear)) : one.share
  }
  const total = used.reduce((parts, one) => parts + part(one), 0)
  return Object.fromEntries(used.map(one => [one.name, part(one) / total]))
}

function sum(endpoints: readonly { readonly share: number }[]): number {
  return endpoints.reduce((total, one) => total + one.share, 0)
}

interface Result {
  readonly explained: Shares
  readonly measured: Shares
  /** The largest difference of any pod's share from what was explained. */
  readonly worst: number
  /** Requests that left the zone, and how many of them where none should have. */
  readonly crossed: number
  readonly broken: number
  readonly failed: number
  readonly right: boolean
}

function compare({ shares, from }: Row, explained: Shares, byPod: Shares, failed: number): Result {
  const measured = Object.fromEntries(Object.entries(byPod).map(([pod, count]) => [pod, count / REQUESTS]))
  const pods = Object.keys({ ...explained, ...measured })
  const differences = pods.map(pod => Math.abs((explained[pod] ?? 0) - (measured[pod] ?? 0)))
  const crossed = pods.reduce((sum, pod) => sum + (`zone-${pod[0]}` === from.zone ? 0 : (byPod[pod] ?? 0)), 0)
  const staysHome = Object.keys(shares).every(prefix => `zone-${prefix[0]}` === from.zone)
  const isAsPromised = Object.entries(shares).every(
    ([prefix, share]) => Math.abs(share - shareOf(explained, prefix)) < 1e-6,
  )
  const isAsExplained = pods.every((pod, index) => {
    return (differences[index] ?? 0) <= ((explained[pod] ?? 0) > 0 ? TOLERANCE : 0)
  })
  return {
    explained,
    measured,
    worst: Math.max(...differences),
    crossed,
    broken: staysHome ? crossed : 0,
    failed,
    right: failed === 0 && isAsPromised && isAsExplained,
  }
}

/** Of all pods whose names begin so. */
function shareOf(shares: Shares, prefix: string): number {
  const named = Object.entries(shares).filter(([pod]) => `${pod}-`.startsWith(`${prefix}-`))
  return named.reduce((sum, [, share]) => sum + share, 0)
}

function cells(row: Row, { explained, measured, worst, crossed, failed, right }: Result): string[] {
  const prefixes = Object.keys(row.shares)
  const text = (shares: Shares) => prefixes.map(one => `${one} ${percent(shareOf(shares, one))}`).join('  ')
  const all = [text(row.shares), text(explained), text(measured), points(worst).toFixed(1)]
  return [row.mode, row.situation, ...all, String(crossed), String(failed), right ? '' : 'WRONG']
}

function percent(share: number): string {
  return (share * 100).toFixed(1)
}

function points(share: number): number {
  return Math.round(share * 1000) / 10
}

function print(line: readonly string[]): void {
  console.error(line.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(' '))
}
