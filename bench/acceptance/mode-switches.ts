import { freePort } from '../../demo/free-port.ts'
import { percentile, rounded } from '../../demo/latency.ts'
import { startLoad } from '../../demo/load.ts'
import { REGION, routes, type ScenarioEndpoint, target, topology } from '../../demo/scenario.ts'
import { freshVicinity, startEdge } from '../../demo/stage.ts'
import { waitUntil } from '../../demo/wait-until.ts'
import { measure } from './measure.ts'
import { Pods } from './pods.ts'

/**
 * A live service is switched from every mode to every other, twice, under 200 requests a second through a real Envoy:
 * how long after the PUT was sent the Envoy has acknowledged it, and the traffic has followed. At that rate a request is
 * sent every 5 ms, and it has to hit a pod that tells the modes apart.
 */
const RATE = 200
const ROUNDS = 2
/** Requests that are watched after the traffic has followed, for one that has not. */
const WATCHED = 20

/** Three in the proxy's zone, one in the next, two in the last; the first stands on the proxy's node. */
const PODS = ['a-1', 'a-2', 'a-3', 'b-1', 'c-1', 'c-2']
const HINTED: Readonly<Record<string, string>> = {
  'a-3': 'zone-a',
  'c-1': 'zone-a',
  'a-1': 'zone-c',
  'a-2': 'zone-c',
}

/** No two modes have the same pods for the proxy. Auto lends a-1 to zone-b. */
const MODES = [
  { mode: 'cluster-wide', settings: {}, pods: PODS },
  {
    mode: 'PreferSameZone',
    settings: { trafficDistribution: 'PreferSameZone' },
    pods: ['a-1', 'a-2', 'a-3'],
  },
  { mode: 'PreferSameNode', settings: { trafficDistribution: 'PreferSameNode' }, pods: ['a-1'] },
  { mode: 'Auto', settings: { topologyMode: 'Auto' }, pods: ['a-2', 'a-3'] },
  {
    mode: 'Weighted',
    settings: { locality: { distribute: [{ from: 'zone-a', to: { 'zone-b': 60, 'zone-c': 40 } }] } },
    pods: ['b-1', 'c-1', 'c-2'],
  },
  { mode: 'hints', settings: {}, pods: ['a-3', 'c-1'], isHinted: true },
] as const
type Mode = (typeof MODES)[number]

await measure('mode-switches', async closing => {
  const vicinity = await freshVicinity(closing)
  const backends = await Pods.start(PODS, closing)
  const edge = { name: 'edge-a', port: await freePort() }
  const push = (mode: Mode) =>
    vicinity.api.putAndWait('/v1/sources/switches/topology', documentOf(mode, backends))
  const [first] = MODES
  await vicinity.api.put('/v1/sources/switches/routes', routes([edge]))
  await push(first)
  closing.add(await startEdge(vicinity, { gateway: edge.name, zone: 'zone-a', node: 'node-a1' }))

  const answers: Answer[] = []
  const load = startLoad(target(edge), RATE, {
    answered: (pod, askedAt) => answers.push({ pod, askedAt, at: performance.now() }),
  })
  const switches: Switch[] = []
  let from: Mode = first
  for (const to of Array.from({ length: ROUNDS }, () => everyPair(MODES)).flat()) {
    answers.length = 0
    const began = performance.now()
    await push(to)
    const acknowledgedMs = performance.now() - began
    await waitUntil('the traffic to follow', () => hasFollowed(from, to, answers), { every: 1 })
    const seen = answers.length
    await waitUntil('more requests', () => answers.length >= seen + WATCHED, { every: 1 })
    switches.push({ from: from.mode, to: to.mode, acknowledgedMs, ...follow(from, to, answers, began) })
    console.error(line(switches.at(-1) as Switch))
    from = to
  }
  const { sent, failures } = await load.stop()
  const pairs = new Set(switches.map(one => `${one.from} ${one.to}`)).size
  const strays = switches.reduce((sum, one) => sum + one.strays, 0)
  return {
    right: failures.length === 0 && strays === 0 && pairs === MODES.length * (MODES.length - 1),
    switches: switches.length,
    pairs,
    requests: sent,
    failed: failures.length,
    reasons: failures.slice(0, 3),
    strays,
    acknowledgedMs: figures(switches.map(one => one.acknowledgedMs)),
    followedMs: figures(switches.map(one => one.followedMs)),
    lastOfOldModeMs: figures(switches.map(one => one.lastOldMs)),
  }
})

/** A round trip from the first that goes each way between two once: 0 1 0 2 0 3, 1 2 1 3, 2 3, and back to 0. */
function everyPair(modes: readonly Mode[]): Mode[] {
  const [start, ...rest] = modes.flatMap((one, index) =>
    modes.slice(index + 1).flatMap(other => [one, other]),
  )
  return [...rest, start as Mode]
}

function documentOf({ settings, ...mode }: Mode, backends: Pods): object {
  const endpoints = PODS.map((pod): ScenarioEndpoint => {
    const zone = `zone-${pod[0]}`
    const hints = 'isHinted' in mode && { hints: { zones: [HINTED[pod] ?? zone] } }
    return { pod, port: backends.port(pod), zone, node: `node-${pod.replace('-', '')}`, ...hints }
  })
  const zones = ['zone-a', 'zone-b', 'zone-c'].map(zone => ({ zone, region: REGION, capacity: 16 }))
  return topology(endpoints, settings, zones)
}

interface Answer {
  readonly pod: string
  readonly askedAt: number
  readonly at: number
}

interface Switch {
  readonly from: string
  readonly to: string
  readonly acknowledgedMs: number
  /** The first answer that only the new mode gives; where it gives none of its own, the last that only the old one does. */
  readonly followedMs: number
  readonly lastOldMs: number
  /** Answers that only the old mode gives to requests that were sent after the new one had answered. */
  readonly strays: number
}

function only(mode: Mode, other: Mode): ReadonlySet<string> {
  const others: readonly string[] = other.pods
  return new Set(mode.pods.filter(pod => !others.includes(pod)))
}

/** Where the new mode has no pod of its own, that the old ones are silent is all there is to see. */
function hasFollowed(from: Mode, to: Mode, answers: readonly Answer[]): boolean {
  const isNew = only(to, from)
  const isOld = only(from, to)
  if (isNew.size > 0) return answers.some(({ pod }) => isNew.has(pod))
  return answers.length >= WATCHED && !answers.slice(-WATCHED).some(({ pod }) => isOld.has(pod))
}

function follow(from: Mode, to: Mode, answers: readonly Answer[], began: number) {
  const isNew = only(to, from)
  const isOld = only(from, to)
  const firstNew = answers.find(({ pod }) => isNew.has(pod))
  const lastOld = answers.findLast(({ pod }) => isOld.has(pod))
  const lastOldMs = lastOld === undefined ? 0 : lastOld.at - began
  const followedMs = firstNew === undefined ? lastOldMs : firstNew.at - began
  const strays =
    firstNew === undefined
      ? []
      : answers.filter(({ pod, askedAt }) => isOld.has(pod) && askedAt > firstNew.at)
  return { followedMs, lastOldMs, strays: strays.length }
}

function figures(values: readonly number[]): object {
  const of = (share: number) => rounded(percentile(values, share))
  return { p50: of(0.5), p99: of(0.99), max: rounded(Math.max(...values)) }
}

function line({ from, to, acknowledgedMs, followedMs, lastOldMs }: Switch): string {
  const times = [acknowledgedMs, followedMs, lastOldMs].map(ms => rounded(ms).toFixed(1).padStart(8))
  return `${from.padEnd(15)} -> ${to.padEnd(15)} acknowledged, followed, last of the old: ${times.join(' ')} ms`
}
